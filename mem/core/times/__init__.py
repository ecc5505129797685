"""Times in words: English expressions read as spans of naive local time, without a library."""
