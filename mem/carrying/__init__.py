"""A home as one file, and back; memories carried from one home into another."""
