"""The terminal UI: screens take values and post requests; only the app touches the façade."""
