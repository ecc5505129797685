"""The Model Context Protocol over stdio: a person's other assistants ask their memory.

A front end like the command line: it reads arguments, calls `mem.sharing`, and frames what comes.
"""
