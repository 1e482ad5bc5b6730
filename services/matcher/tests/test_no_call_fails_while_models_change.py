"""Models are changed, and changed back, under load: no call fails, nobody is lost or taken twice.

`make test-slow` runs it with one process, `make test-replicas` with three over one PostgreSQL; both
show what it cost.
"""

from pathlib import Path

import pytest

from services.databases import SERVER

from .bundles import make_bundle
from .conftest import Callers, Matchers
from .matcher_process import Matcher
from .models_changed_under_load import FEW, change_under_load

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture
def replicas(matchers: Matchers, database_url: str, tmp_path: Path) -> list[Matcher]:
    """Three matchers over one database of a server, or one with a file, with a second bundle."""
    make_bundle(tmp_path / "bundles", "next")
    shared = {"model_bundles_folder": tmp_path / "bundles", **FEW}
    if not SERVER:
        return [matchers(**shared).start()]
    first = matchers("first", database_url=database_url, **shared)
    shared |= {"database_url": database_url, "master_key_file": first.folder / "master.key"}
    return [
        each.start() for each in (first, matchers("second", **shared), matchers("third", **shared))
    ]


async def test_callers_notice_nothing(
    replicas: list[Matcher], callers: Callers, someone: int
) -> None:
    await change_under_load(replicas, callers, someone)
