"""Databases as an earlier version of the matcher left them."""

from pathlib import Path

from matcher.store.store import MIGRATIONS

from services.databases import database_of
from services.older_schema import migrate_until


def make(folder: Path, last_migration: str) -> str:
    """Make a database of the schema after a migration, as ``0001``; returns its URL."""
    url = database_of(folder / "matcher.sqlite")
    migrate_until(last_migration, url, MIGRATIONS, folder)
    return url
