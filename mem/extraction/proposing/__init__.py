"""Memories that a language model proposes, and the checks that each has to pass."""
