"""Work that waits: the queue of leased jobs, and which passages they are about."""
