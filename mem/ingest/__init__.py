"""From files to chunks in the store: resumable, and counted in a ledger."""
