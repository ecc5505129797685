"""What runs beside the person: the watcher of a home, and its place among the system's services."""
