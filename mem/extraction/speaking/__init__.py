"""Whose words a passage holds: the user's, another's, an assistant's, nobody's, or `mem`'s own."""
