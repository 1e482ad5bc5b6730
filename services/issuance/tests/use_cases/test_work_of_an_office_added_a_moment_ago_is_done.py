"""Another replica adds an office; work for it is done before this one has looked for new ones."""

from datetime import time
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from issuance.domain.notice_delivery import QuietHours
from issuance.domain.office_changes import OfficeChanges
from issuance.domain.states import ApplicationState
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.office_directory import OfficeDirectory
from issuance.use_cases.office_lifecycle import OfficeLifecycle
from issuance.use_cases.office_slots import NoticeSlots
from servicekit.security.identity import NATIONAL

from .people import identity
from .recorded_workflow import VALIDITY
from .workflow import Workflow


@pytest.fixture
async def unaware(workflow: Workflow) -> OfficeDirectory:
    """What a replica knows that has read the offices before Padang was added, and never again."""
    directory = OfficeDirectory()
    async with workflow.store.begin() as records:
        await directory.refresh(records)
        padang = OfficeChanges(
            "PDG", name="Padang", zone=ZoneInfo("Asia/Jakarta"), machines=1,
            books_per_day=Fraction(10),
        )  # fmt: skip
        by = identity("ani", "administrator", NATIONAL)
        lifecycle = OfficeLifecycle(workflow.outages, 10, "ID")
        await lifecycle.put(records, padang, 0, by, workflow.now_is)
        await workflow.offices.refresh(records)
    assert list(directory) == ["BJM", "JKT"]
    return directory


async def test_a_step_of_its_application(workflow: Workflow, unaware: OfficeDirectory) -> None:
    id = await workflow.applies(office="PDG")
    workflow.apply_transition = ApplyTransition(unaware, lambda *_: b"", str, VALIDITY)

    await workflow.is_known(id)

    assert await workflow.state(id) is ApplicationState.AWAITING_APPROVAL
    assert "PDG" in unaware


async def test_a_notice_to_its_applicant_and_those_of_others(
    workflow: Workflow, unaware: OfficeDirectory
) -> None:
    slots = NoticeSlots(unaware, QuietHours(time(20), time(7)), lambda: workflow.now_is)

    async with workflow.store.begin() as records:
        free = await slots.free(records, ["BJM", "PDG"], workflow.real_now)

    assert set(free) == {"BJM", "PDG"}
