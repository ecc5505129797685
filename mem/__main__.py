"""`python -m mem` is the same program as `mem`."""

from __future__ import annotations

from mem.cli.main import main

if __name__ == "__main__":
    main()
