"""Memories, their evidence, entities and vectors, and every change to them."""
