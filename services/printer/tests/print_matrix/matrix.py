"""The matrix: each moment of printing one passport, each way of disturbing it."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple

from printer.domain.book import BookState
from printer.domain.printer_client import RequestNotDelivered, RequestOutcomeUnknown
from servicekit.errors import DatabaseFailure

from .moments import WRITE, Moment, Moments, ServiceKilled
from .office import Office
from .operators import act_in_between
from .service import OUTCOME_UNKNOWN_AFTER

# What a service does while it prints a passport: calls, and how often each is made at least.
_PRINTING = {
    "all_jobs": 1, "get_status": 2, "find_job": 1, "create_job": 1, "send_document": 1, WRITE: 6,
}  # fmt: skip
# What it does when it has died at this moment and is started again.
_RECOVERY: dict[Moment | None, dict[str, int]] = {
    Moment("after", "create_job", 1): {"find_job": 2, "cancel_job": 1, WRITE: 1},
    Moment("after", "send_document", 1): {"find_job": 1, WRITE: 1},
}
_SILENCE = "machine silent"
_FORGETFUL_SILENCE = "machine silent, then restarted"
_BLANK = (BookState.SAFE, BookState.LOADED)
_RUNS_AT_A_TIME = 8
Disturbance = Callable[[Office, Moment], Awaitable[None]]


class Cell(NamedTuple):
    """A moment and what happens in it, by name.

    died_at: when the service had died before that moment; None if it had not.
    """

    moment: Moment
    disturbance: str
    died_at: Moment | None = None

    @property
    def when(self) -> str:
        """The moment, for people."""
        return f"{self.moment}, died {self.died_at}" if self.died_at else str(self.moment)


class Verdict(NamedTuple):
    """What became of one run, as the machines' ledgers and the database say at its end.

    two_books: more than one book of the document came out that was not cancelled. unnoticed: a
    machine printed a book that the database takes for blank. quarantined: books nobody settled.
    stuck: a job did not come to its end. reached: the disturbance happened.
    """

    two_books: bool
    unnoticed: bool
    quarantined: int
    stuck: bool
    reached: bool


class Result(NamedTuple):
    """A run and its verdict."""

    cell: Cell
    verdict: Verdict


async def _die() -> None:
    raise ServiceKilled


async def _kill_service(office: Office, moment: Moment) -> None:
    raise ServiceKilled


async def _kill_machines(office: Office, moment: Moment) -> None:
    for machine in office.machines.values():
        await machine.kill()
        # The call that follows reaches a machine that has forgotten everything.
        if moment.when == "before":
            await machine.repair()


async def _fall_silent(office: Office, moment: Moment) -> None:
    # The first machine: it gets the job when all are ready.
    await office.machines["M1"].fall_silent(3 * OUTCOME_UNKNOWN_AFTER)


async def _fall_silent_and_forget(office: Office, moment: Moment) -> None:
    # It prints what it has once its jam is cleared, when its book was found blank.
    office.machines["M1"].forgets_after_silence = True
    await _fall_silent(office, moment)


async def _cut_connection(office: Office, moment: Moment) -> None:
    if moment.call == WRITE:
        raise DatabaseFailure("the connection to the database was cut")
    if moment.when == "before":
        raise RequestNotDelivered("the connection was cut")
    raise RequestOutcomeUnknown("the connection was cut")


async def _operate(office: Office, moment: Moment) -> None:
    await act_in_between(office.store, office.now())
    await office.issuance_asks_for_a_passport()


async def _take_over(office: Office, moment: Moment) -> None:
    frozen = office.service
    frozen.moments.may_go_on.clear()
    await office.start_service()
    await office.until_over()
    frozen.moments.may_go_on.set()


async def _restore(office: Office, moment: Moment) -> None:
    office.while_service_is_down = office.restore
    raise ServiceKilled


async def _stop(office: Office, moment: Moment) -> None:
    asyncio.get_running_loop().call_soon(office.service.stop)


DISTURBANCES: dict[str, Disturbance] = {
    "service killed": _kill_service,
    "machine killed": _kill_machines,
    _SILENCE: _fall_silent,
    _FORGETFUL_SILENCE: _fall_silent_and_forget,
    "connection cut": _cut_connection,
    "operator in between": _operate,
    "takeover": _take_over,
    "restore": _restore,
    "planned stop": _stop,
}


def cells() -> list[Cell]:
    """Return all cells of the matrix, ordered by moment."""
    scripts = {None: _PRINTING} | _RECOVERY
    return [
        Cell(Moment(when, call, occurrence), disturbance, died_at)
        for died_at, script in scripts.items()
        for call, most in script.items()
        for occurrence in range(1, most + 1)
        for when in ("before", "after")
        for disturbance in DISTURBANCES
    ]


async def run_matrix(
    seed: int, runs: int, report_progress: Callable[[int, int], None] = lambda done, of: None
) -> list[Result]:
    """Run each cell so often, some at the same time; return the results in order of the cells.

    report_progress: called with the number of runs done, and of all.
    """
    todo = [(cell, f"{seed}/{run}/{cell}") for cell in cells() for run in range(runs)]
    places = asyncio.Semaphore(_RUNS_AT_A_TIME)
    done = 0

    async def run(cell: Cell, cell_seed: str) -> Result:
        nonlocal done
        async with places:
            verdict = await run_cell(cell, random.Random(cell_seed))
        done += 1
        report_progress(done, len(todo))
        return Result(cell, verdict)

    return await asyncio.gather(*(run(*each) for each in todo))


async def run_cell(cell: Cell, chance: random.Random) -> Verdict:
    """Print one passport, disturbed once; return what became of it."""
    office = Office(Path(mkdtemp(prefix="print-matrix-")), chance)
    try:
        await office.open()
        if cell.disturbance in (_SILENCE, _FORGETFUL_SILENCE):
            office.machines["M1"].jam()
        disturb = partial(DISTURBANCES[cell.disturbance], office, cell.moment)
        moments = office.next_moments = Moments(cell.moment, disturb)
        if cell.died_at is None:
            await office.start_service()
        else:
            await office.start_service(Moments(cell.died_at, _die))
        over = await office.until_over()
        # Issuance, unsure, asks once more; frozen processes and machines finish what they began.
        await office.issuance_asks_for_a_passport()
        await office.until_machines_are_idle()
        over = over and await office.until_over()
        return await _verdict(office, stuck=not over, reached=moments.disturb is None)
    finally:
        await office.close()


async def _verdict(office: Office, *, stuck: bool, reached: bool) -> Verdict:
    printed = office.printed_books()
    async with office.store.read() as records:
        books = {book.serial: book.state for book in await records.books.list_after("", 100)}
    issued = [serial for serial, state in books.items() if state is BookState.ISSUED]
    return Verdict(
        two_books=sum(books[serial] is not BookState.SPOILED for serial in printed) > 1,
        unnoticed=any(books[serial] in _BLANK for serial in printed) or not {*issued} <= {*printed},
        quarantined=sum(state is BookState.QUARANTINED for state in books.values()),
        stuck=stuck,
        reached=reached,
    )
