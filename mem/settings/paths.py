"""Where everything of a home lies. Pure: nothing is created until `create` is called."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from mem.core.files import expanded, private_folder
from mem.errors import HomeNotWritable


@dataclass(frozen=True, slots=True)
class Paths:
    """The folders of one home."""

    config: Path
    data: Path
    cache: Path

    @classmethod
    def of(cls, home: Path) -> Paths:
        """Everything under one folder, as `MEM_HOME` asks for."""
        home = expanded(home).absolute()
        return cls(config=home, data=home / "data", cache=home / "cache")

    @classmethod
    def find(cls) -> Paths:
        """`MEM_HOME` where it is set, else the platform's own folders."""
        home = os.environ.get("MEM_HOME")
        if home:
            return cls.of(Path(home))
        import platformdirs

        return cls(
            config=Path(platformdirs.user_config_dir("mem", appauthor=False)),
            data=Path(platformdirs.user_data_dir("mem", appauthor=False)),
            cache=Path(platformdirs.user_cache_dir("mem", appauthor=False)),
        )

    @property
    def config_file(self) -> Path:
        return self.config / "config.toml"

    @property
    def database(self) -> Path:
        return self.data / "mem.db"

    @property
    def backups(self) -> Path:
        return self.data / "backups"

    @property
    def index(self) -> Path:
        """Chroma's folder: derived, may be deleted at any time."""
        return self.data / "index"

    @property
    def models(self) -> Path:
        """Language models as files, and the record of what each must be."""
        return self.data / "models"

    @property
    def carried(self) -> dict[str, Path]:
        """What a backup holds beside the store, by its name there."""
        return {
            "config.toml": self.config_file,
            "vault.json": self.data / "vault.json",
            "vault-key.json": self.data / "vault-key.json",
        }

    def create(self) -> None:
        """Make the data folder, for its owner only. Raises HomeNotWritable."""
        try:
            private_folder(self.data)
        except OSError as error:
            raise HomeNotWritable(str(self.data), error.strerror or str(error)) from error
