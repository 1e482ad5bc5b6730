"""A passport is given to its holder, or to the proxy whom the holder has named before."""

from datetime import timedelta

import pytest
from issuance.domain.collector import Collector, NotTheProxy, Proxy
from issuance.domain.finger_check import NOT_ASKED
from issuance.domain.separation_of_duties import SeparationOfDuties
from issuance.domain.states import ApplicationState
from issuance.use_cases.application_steps import appoint_proxy
from issuance.use_cases.erase_personal_data import ErasePersonalData
from issuance.use_cases.hand_over import PassportCollection, hand_over
from servicekit.storage.database import Database

from .at_the_counter import OPTIONAL_CHECK
from .people import identity
from .workflow import Workflow

YEAR = timedelta(days=365)

NUR = Proxy("Nur Aini", "6371012104900001", "letter 17/2018")


async def _appoints(workflow: Workflow, id: str, proxy: Proxy | None, user: str = "siti") -> None:
    async with workflow.store.begin() as records:
        case = await records.cases.get(id)
        await appoint_proxy(
            records, case, identity(user, "officer"), workflow.now_is, proxy,
            workflow.apply_transition,
        )  # fmt: skip


async def _hands_to(
    workflow: Workflow, id: str, collector: Collector, number: str = "", user: str = "rahmat"
) -> None:
    async with workflow.store.begin() as records:
        case = await records.cases.get(id)
        name = NUR.name if collector is Collector.PROXY else "Rahmawati"
        await hand_over(
            records, case, identity(user, "officer"), workflow.now_is,
            PassportCollection(name, collector, number), OPTIONAL_CHECK, NOT_ASKED,
            workflow.apply_transition,
        )  # fmt: skip


async def test_the_appointed_proxy_gets_it(workflow: Workflow) -> None:
    id = await workflow.becomes_ready()
    await _appoints(workflow, id, NUR)

    await _hands_to(workflow, id, Collector.PROXY, NUR.identity_number)
    async with workflow.store.read() as records:
        last = (await records.history.of_case(id))[-1]

    assert await workflow.state(id) is ApplicationState.HANDED_OVER
    assert (last.details.collected_by, last.details.signed_by) == (Collector.PROXY, "Nur Aini")


@pytest.mark.parametrize(
    ("collector", "number", "field"),
    [
        (Collector.PROXY, "6371012104900002", "proxy_identity_number"),
        (Collector.PROXY, "", "proxy_identity_number"),
        (Collector.HOLDER, NUR.identity_number, "proxy_identity_number"),
    ],
)
async def test_nobody_else_does(
    workflow: Workflow, collector: Collector, number: str, field: str
) -> None:
    id = await workflow.becomes_ready()
    await _appoints(workflow, id, NUR)

    with pytest.raises(NotTheProxy) as refusal:
        await _hands_to(workflow, id, collector, number)

    assert refusal.value.field == field
    assert await workflow.state(id) is ApplicationState.READY


@pytest.mark.parametrize("taken_back", [False, True])
async def test_without_an_appointment_only_the_holder_does(
    workflow: Workflow, taken_back: bool
) -> None:
    id = await workflow.becomes_ready()
    if taken_back:
        await _appoints(workflow, id, NUR)
        await _appoints(workflow, id, None)

    with pytest.raises(NotTheProxy) as refusal:
        await _hands_to(workflow, id, Collector.PROXY, NUR.identity_number)
    await _hands_to(workflow, id, Collector.HOLDER)

    assert refusal.value.field == "collected_by"
    assert await workflow.state(id) is ApplicationState.HANDED_OVER


async def test_who_recorded_the_proxy_does_not_hand_over_to_them(workflow: Workflow) -> None:
    id = await workflow.becomes_ready()
    await _appoints(workflow, id, NUR, user="siti")

    with pytest.raises(SeparationOfDuties):
        await _hands_to(workflow, id, Collector.PROXY, NUR.identity_number, user="siti")
    await _hands_to(workflow, id, Collector.HOLDER, user="siti")

    assert await workflow.state(id) is ApplicationState.HANDED_OVER


async def test_a_proxy_is_erased_as_a_contact_is_and_not_in_the_history(
    workflow: Workflow, database: Database
) -> None:
    id = await workflow.becomes_ready()
    await _appoints(workflow, id, NUR)
    await _hands_to(workflow, id, Collector.HOLDER)
    erase = ErasePersonalData(workflow.store, database, workflow, timedelta(days=30), YEAR, YEAR)

    await erase()
    kept = (await workflow.case(id)).proxy
    workflow.clock("2018-12-03 12:00")
    await erase()
    async with workflow.store.read() as records:
        history = await records.history.of_case(id)

    assert kept is not None
    assert (await workflow.case(id)).proxy is None
    assert NUR.name not in repr(history)
    assert NUR.identity_number not in repr(history)


async def test_what_happens_to_a_ready_passport_does_not_move_when_it_was_ready(
    workflow: Workflow,
) -> None:
    id = await workflow.becomes_ready()
    ready_at = (await workflow.case(id)).ready_at
    workflow.clock("2018-11-05 10:00")

    await _appoints(workflow, id, NUR)

    assert (await workflow.case(id)).ready_at == ready_at
