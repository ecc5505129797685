"""Models that run on this machine: embedding texts, and later writing them."""
