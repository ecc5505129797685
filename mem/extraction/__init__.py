"""From chunks to candidate memories; every one carries the exact characters it came from."""
