"""That whoever was refused, or is known fraud at the matcher, can be heard by others and go on."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import count

from issuance.domain.adjudication_task import Verdict
from issuance.domain.case import Case
from issuance.domain.encounter_change import EncounterStatus
from issuance.domain.states import ApplicationState
from issuance.domain.transitions import IllegalTransition
from servicekit.errors import DomainError

from .history import History
from .neighbours import PrinterMode


async def check_every_refusal_has_an_exit(history: History) -> None:
    """Let all who were refused appeal, one after the other, to people who had no part in it.

    Each goes on to another end, or has a book that is destroyed and can apply again; nobody is left
    known as fraud. All applications are over before.
    """
    outsiders = (f"outsider-{number}" for number in count(1))
    for case in (await history.read()).cases:
        if case.state is ApplicationState.REFUSED:
            await _is_heard(history, case, outsiders)
    await history.a_good_day()
    assert EncounterStatus.FRAUD not in history.matcher.encounters.values()


async def _is_heard(history: History, case: Case, outsiders: Iterator[str]) -> None:
    flow = history.workflow
    try:
        await flow.appeals(case.id, next(outsiders))
    except IllegalTransition:
        assert case.book_serial, case
        assert case.handed_over_at is None, case
        async with flow.store.read() as records:
            assert not await records.cases.open_of_person(case.person_id), case
        return
    for task in await flow.tasks():
        for _ in range(2):
            await flow.examines(task.id, next(outsiders), Verdict.CLEARED)
    with suppress(DomainError):
        await flow.is_photographed(case.id, "siti")
    with suppress(DomainError):
        await flow.establishes_identity(case.id, next(outsiders))
    with suppress(DomainError):
        await flow.approves(case.id, next(outsiders), "seen")
    for printer in history.printers.values():
        printer.mode = PrinterMode.WORKS
    await history.comes_to_an_end()
    after = await flow.case(case.id)
    assert after.state is ApplicationState.HANDED_OVER, after
