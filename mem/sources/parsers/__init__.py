"""One parser a file format for notes: verbatim text with blocks that cover all of it."""
