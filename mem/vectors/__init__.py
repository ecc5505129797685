"""Nearest-neighbour search over vectors that the store owns."""
