"""Whoever asks for a book that waits for the identification of its holder learns just that."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from passport.issuance.v1 import applications_pb2 as apps
from passport.issuance.v1 import outages_pb2

from services.issuance.tests.outage_policies import RENEWALS_GO_ON

from .callers import Refused
from .country import Country, a_country


@pytest_asyncio.fixture
async def verifying(tmp_path: Path, pki: Path, database_url: str) -> AsyncIterator[Country]:
    """Banjarmasin, where renewals are verified and printed in outages of the matcher."""
    async with a_country(tmp_path, pki, database_url, outage_policy=RENEWALS_GO_ON) as running:
        yield running


async def test_its_holder_is_to_be_identified_first(verifying: Country) -> None:
    country = verifying
    country.matcher.enrol("siti-1", b"loop")
    outage = await country.declares(outages_pb2.OUTAGE_SCOPE_MATCHER)
    renewal = await country.applies(b"loop", type=apps.APPLICATION_TYPE_RENEWAL, person_id="siti-1")
    id = renewal.application_id
    hand_over = apps.HandOverRequest(application_id=id, signed_by="Siti")

    await country.approves(id)
    await country.reaches(id, "BOOK_HELD")
    with pytest.raises(Refused) as refused:
        await country.officer("HandOver", hand_over)
    await country.ends(outage)
    await country.reaches(id, "READY")
    handed_over = await country.officer("HandOver", hand_over)

    assert refused.value.reason == "IDENTIFICATION_DUE"
    assert handed_over.state == apps.APPLICATION_STATE_HANDED_OVER
