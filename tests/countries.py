"""Countries of tests: each service has a database of its own, as in the services' tests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import issuance.store.records
import matcher.__main__
import printer.store.records
from harness.configuration import SERVICES, CountryOptions, Layout
from harness.country import Country
from harness.journey_office import BEGINNING

from services.databases import database_of, databases_removed, make_tables

_MIGRATIONS = {
    "issuance": issuance.store.records.MIGRATIONS,
    "printer": printer.store.records.MIGRATIONS,
}
"""Not those of the matcher, whose command to migrate prepares its encryption, too: it is run."""


@asynccontextmanager
async def a_country(folder: Path, **options: Any) -> AsyncIterator[Country]:
    """Run a country in an empty folder, its databases files there or on a PostgreSQL server.

    A process to migrate takes seconds of processor time: nothing is migrated by one.

    options: those of CountryOptions.
    """
    layout = Layout.fresh(folder)
    with databases_removed():
        urls = {name: database_of(layout.data / f"{name}.sqlite") for name in SERVICES}
        for name, migrations in _MIGRATIONS.items():
            make_tables(urls[name], migrations)
        chosen = CountryOptions(database_urls=urls, have_tables=SERVICES, **options)
        country = Country(layout, chosen, BEGINNING)
        arguments = ["migrate", "--config", str(layout.config("matcher"))]
        await asyncio.to_thread(matcher.__main__.main, arguments)
        async with country:
            yield country


def database_url(country: Country, service: str) -> str:
    """Return the URL of a service's database."""
    return database_of(country.layout.data / f"{service}.sqlite")
