"""The public way to extend `mem`: hook specifications, and the loader of plugins."""
