"""SQLite is the truth: every row is written here and nowhere else."""
