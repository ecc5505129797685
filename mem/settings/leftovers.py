"""What a killed process left in the cache of a home is removed when the next one starts.

A spool folder is named for the process that made it, and only that of a dead one is removed.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from pathlib import Path

SPOOL = "stdin-"
STAGE = "backup-"
"""How the name of a folder begins in which a backup is put together or taken apart."""
UNPACKED = "unpacked-"
"""How the name of a folder begins in which an archive is read."""
_MADE = re.compile(rf"(?:{SPOOL}|{STAGE}|{UNPACKED})(\d+)-.*")


def spool_prefix(kind: str = SPOOL) -> str:
    """How a spool folder of this process begins."""
    return f"{kind}{os.getpid()}-"


def is_spool(uri: str) -> bool:
    """Whether a path or uri leads into a spool folder: what it names came by stdin."""
    return any(_MADE.fullmatch(part) for part in uri.split("/"))


def remove_spools(cache: Path) -> None:
    """Remove the spool folders of processes that are no more."""
    with contextlib.suppress(OSError):
        for folder in cache.iterdir():
            made = _MADE.fullmatch(folder.name)
            if made and not is_alive(int(made[1])):
                shutil.rmtree(folder, ignore_errors=True)


def is_alive(process: int) -> bool:
    """Whether a process with that number runs, as far as this one can tell."""
    if os.name == "nt":  # a signal of 0 would end the process there
        return process == os.getpid()
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
