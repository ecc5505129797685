"""One parser a format of conversations: messages in order, verbatim."""
