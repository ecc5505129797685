"""Keeping step with the disk: what may have changed, when it has settled, what to read."""
