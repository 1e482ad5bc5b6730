"""Databases as earlier versions of a service left them."""

import shutil
from importlib import resources
from pathlib import Path

from servicekit.storage.database import migrate


def migrate_until(last: str, url: str, migrations: str, folder: Path) -> None:
    """Migrate a database as the release did whose last migration was this one, as ``0005``.

    migrations: the service's of now, as for `migrate`. folder: where those up to that one are
    copied to.
    """
    package, _, scripts = migrations.partition(":")
    versions = folder / "older" / "versions"
    versions.mkdir(parents=True)
    for file in Path(str(resources.files(package) / scripts / "versions")).glob("*.py"):
        if file.name[:4] <= last:
            shutil.copy(file, versions)
    migrate(url, str(versions.parent))
