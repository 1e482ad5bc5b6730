from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from harness.configuration import Layout, Wishes
from harness.country import Country
from harness.town import BEGINNING, Town


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def country(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Country]:
    directory: Path = tmp_path_factory.mktemp("country")
    async with Country(
        Layout.fresh(directory), Wishes(books_per_minute=300.0), BEGINNING
    ) as started:
        yield started


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def small_town(country: Country) -> Town:
    town = Town(country, seed=1)
    await town.office.open_print_room()
    return town


@pytest.fixture
def town(small_town: Town) -> Town:
    small_town.next_monday()
    return small_town
