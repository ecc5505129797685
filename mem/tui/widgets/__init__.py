"""Widgets that show values and post messages; they know nothing of a store."""
