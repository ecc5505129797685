"""Looking around: keys of a view in order, and the rows of any window of them."""
