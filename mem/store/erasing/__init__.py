"""Forgetting: what is destroyed, with all that was made of it, and what is left to do."""
