"""A statement meets what is known: code compares, decides by intervals, and journals it."""
