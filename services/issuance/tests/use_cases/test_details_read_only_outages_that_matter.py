"""The details of an application read the outages of its office while it was open, no others."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from issuance.domain.outage import Outage, OutageScope
from issuance.store.outage_records import OutageRecords

from .workflow import Workflow


@pytest.fixture
def outages_read(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The causes of the outages that details were made from."""
    read: set[str] = set()
    overlapping = OutageRecords.overlapping

    async def noted(
        self: OutageRecords, first: datetime, last: datetime, *offices: Any
    ) -> Mapping[str, Outage]:
        found = await overlapping(self, first, last, *offices)
        read.update(f"{outage.scope} {outage.office}".strip() for outage in found.values())
        return found

    monkeypatch.setattr(OutageRecords, "overlapping", noted)
    return read


async def test_of_no_other_office(workflow: Workflow, outages_read: set[str]) -> None:
    id = await workflow.applies()
    workflow.clock("2018-10-26 11:00")
    for scope, office in [
        (OutageScope.MATCHER, ""),
        (OutageScope.PRINTING, "BJM"),
        (OutageScope.PRINTING, "JKT"),
    ]:
        await workflow.declares(scope, office)

    await workflow.details(id)

    assert outages_read == {"matcher", "printing BJM"}


async def test_none_after_its_end(workflow: Workflow, outages_read: set[str]) -> None:
    id = await workflow.applies()
    workflow.clock("2018-10-26 10:00")
    await workflow.declares(OutageScope.PRINTING, "BJM")
    workflow.clock("2018-10-26 11:00")
    await workflow.withdraws(id)
    workflow.clock("2018-10-26 12:00")
    await workflow.declares(OutageScope.MATCHER)

    await workflow.details(id)

    assert outages_read == {"printing BJM"}
