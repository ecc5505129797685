"""What single words are: lists and forms that the rules look words up in."""
