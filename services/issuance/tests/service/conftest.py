"""Fixtures of the tests that call issuance over gRPC."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from .country import Country, a_country


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the certificate authority of all tests."""
    return tmp_path_factory.mktemp("pki")


@pytest_asyncio.fixture
async def country(tmp_path: Path, pki: Path, database_url: str) -> AsyncIterator[Country]:
    """Banjarmasin with everything running, on Friday, 26 October 2018, at nine."""
    async with a_country(tmp_path, pki, database_url) as running:
        yield running
