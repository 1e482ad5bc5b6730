"""Databases as an earlier version of the matcher left them."""

import shutil
from importlib import resources
from pathlib import Path

from servicekit.storage.database import migrate


def make(folder: Path, last_migration: str) -> str:
    """Make a database of the schema after a migration, as ``0001``; returns its URL."""
    versions = folder / "older" / "versions"
    versions.mkdir(parents=True)
    for file in Path(str(resources.files("matcher") / "store/migrations/versions")).glob("*.py"):
        if file.name[:4] <= last_migration:
            shutil.copy(file, versions)
    url = f"sqlite+aiosqlite:///{folder}/matcher.sqlite"
    migrate(url, str(versions.parent))
    return url
