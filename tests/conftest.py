from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from harness.country import Country
from harness.journey_office import JourneyOffice
from matcher.models import ModelBundle

from tests.countries import a_country


def pytest_collection_finish(session: pytest.Session) -> None:
    """Compile the matcher's kernels before the time of any test runs: a new checkout has none."""
    starts_matcher = any("country" in getattr(item, "fixturenames", ()) for item in session.items)
    if starts_matcher and not session.config.option.collectonly:
        ModelBundle.load().warm_up()


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def country(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Country]:
    async with a_country(tmp_path_factory.mktemp("country"), books_per_minute=300.0) as started:
        yield started


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def journey_office(country: Country) -> JourneyOffice:
    office = JourneyOffice(country, seed=1)
    await office.staff.open_print_room()
    return office


@pytest.fixture
def office(journey_office: JourneyOffice) -> JourneyOffice:
    journey_office.next_monday()
    return journey_office
