"""After the hand-over of an emergency document its wait for the identification is explained."""

import pytest
from issuance.domain.outage import OutageScope
from issuance.domain.waiting_on import ResponsibleParty
from issuance.use_cases.ports import UnusableFingers

from .emergencies import OTHER, has_emergency_document, is_found_a_duplicate
from .workflow import Workflow

BY_EXAMINERS = "examiners' decision about the holder of an emergency document that was handed over"
BY_THE_MATCHER = "the identification of the holder of an emergency document that was handed over"
OTHERWISE = (
    "that the holder of an emergency document is identified otherwise: the fingerprints that were "
    "taken cannot be used"
)
DUE = (
    "an emergency document was handed over, and its holder is still to be identified; until then "
    "no passport can be applied for"
)


async def _wait(flow: Workflow, id: str) -> tuple[ResponsibleParty | None, str, str, str | None]:
    """Who has to act, at which office, what would speed it up, and the identification due."""
    waiting = (await flow.details(id)).waiting_on
    why = await flow.explanation(id)
    return (
        waiting.responsible_party if waiting else None,
        why.responsible_office,
        why.sped_up_by.en,
        why.identification_due.en if why.identification_due else None,
    )


async def _matcher_is_back(flow: Workflow, id: str) -> None:
    """The outage that the holder's application waits for ends."""
    await flow.ends((await flow.details(id)).outage)


async def test_of_one_whom_the_matcher_is_to_identify(emergencies: Workflow) -> None:
    id = await has_emergency_document(emergencies)
    await _matcher_is_back(emergencies, id)

    wait = await _wait(emergencies, id)

    assert wait == (ResponsibleParty.MATCHER, "national", BY_THE_MATCHER, DUE)


@pytest.mark.parametrize("since_the_hand_over", [False, True])
async def test_of_one_whom_the_matcher_that_is_away_is_to_identify(
    emergencies: Workflow, since_the_hand_over: bool
) -> None:
    flow = emergencies
    id = await has_emergency_document(flow)
    if since_the_hand_over:
        await _matcher_is_back(flow, id)
        flow.clock("2018-10-29 09:00")
        await flow.declares(OutageScope.MATCHER)

    wait = await _wait(flow, id)

    away = "the end of the outage of the national matcher"
    assert wait == (ResponsibleParty.MATCHER, "national", away, DUE)


async def test_not_of_one_about_whom_examiners_decide_in_an_outage(emergencies: Workflow) -> None:
    id = await has_emergency_document(emergencies)
    await emergencies.is_identified(OTHER)

    assert (await emergencies.details(id)).outage == ""


@pytest.mark.parametrize("appealed", [False, True])
async def test_of_one_about_whom_examiners_decide(emergencies: Workflow, appealed: bool) -> None:
    flow = emergencies
    if appealed:
        id = await is_found_a_duplicate(flow)
        await flow.appeals(id, "rini")
    else:
        id = await has_emergency_document(flow)
        await flow.is_identified(OTHER)

    assert await _wait(flow, id) == (ResponsibleParty.EXAMINER, "BJM", BY_EXAMINERS, DUE)


async def test_of_one_whose_fingers_cannot_be_used(emergencies: Workflow) -> None:
    id = await has_emergency_document(emergencies)
    await emergencies.matcher_answers(UnusableFingers("too dry"))

    wait = await _wait(emergencies, id)

    assert wait == (ResponsibleParty.SUPERVISOR, "BJM", OTHERWISE, DUE)


async def test_not_of_one_who_is_identified(emergencies: Workflow) -> None:
    id = await has_emergency_document(emergencies)
    await emergencies.is_identified()

    assert await _wait(emergencies, id) == (
        None,
        "",
        "nothing: the application has ended and waits for nothing",
        None,
    )
