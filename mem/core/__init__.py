"""Values and protocols of the domain; nothing here knows storage, models or terminals."""
