"""Fixtures of the issuance service's tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from .country import Country, a_country


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority for all tests."""
    return tmp_path_factory.mktemp("pki")


@pytest_asyncio.fixture
async def country(tmp_path: Path, pki: Path) -> AsyncIterator[Country]:
    """Banjarmasin on Friday, 26 October 2018, nine o'clock in the morning."""
    async with a_country(tmp_path, pki) as running:
        yield running
