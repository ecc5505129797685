"""The passphrase of a vault or backup where no person types it: in a file that a variable names.

A passphrase is never an argument or a variable itself, since others can read those.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from mem.core.files import expanded
from mem.errors import FileUnreadable

FILE_VARIABLE: Final = "MEM_VAULT_PASSPHRASE_FILE"
BACKUP_FILE_VARIABLE: Final = "MEM_BACKUP_PASSPHRASE_FILE"
SHORTEST: Final = 8  # characters of a new one


def from_file(variable: str = FILE_VARIABLE) -> str | None:
    """The first line of the file that the variable names; None where it names none.

    Raises FileUnreadable.
    """
    name = os.environ.get(variable)
    if not name:
        return None
    file = Path(name)
    try:
        with expanded(file).open(encoding="utf-8") as stream:
            return stream.readline().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise FileUnreadable(str(file), "it is not UTF-8") from error
    except OSError as error:
        raise FileUnreadable(str(file), error.strerror or str(error)) from error
