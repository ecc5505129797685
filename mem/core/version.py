"""The version of the program; a build reads it here."""

__version__ = "0.1.0"
