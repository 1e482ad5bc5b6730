"""Owed to the printers: a signed job for each released case, and what becomes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

import structlog
from servicekit.process.clock import Clock
from servicekit.process.failpoint import failpoint

from issuance.domain.case import ISSUANCE, ApplicationNotFound
from issuance.domain.owed import Owed
from issuance.domain.states import Event, State, Work
from issuance.use_cases.move import Move
from issuance.use_cases.records import Records, Transactions

_log = structlog.get_logger(__name__)


class ClearanceExpired(Exception):
    """The clearance is too old; nothing was printed with it."""


class NotYetAnswered(Exception):
    """The printer tells of a job whose making it has not confirmed to us yet."""


class TokenRefused(Exception):
    """The printer does not know the place from which we wanted to go on."""


class Fate(Enum):
    """What became of a job, as far as a case is concerned."""

    UNDER_WAY = auto()
    DONE = auto()
    GIVEN_UP = auto()


@dataclass(frozen=True, slots=True)
class JobEvent:
    """A printer's word about a job, or (job is empty) only how far we have listened."""

    token: str
    job: str = ""
    case: str = ""
    fate: Fate = Fate.UNDER_WAY
    book_serial: str = ""


class Printer(Protocol):
    """The printers of all offices."""

    def clear(self, owed: Owed, document_number: str) -> str:
        """Sign a clearance over the exact payload."""
        ...

    async def create(self, owed: Owed) -> str:
        """Hand the job over; returns its id. Repeatable.

        Raises identify.Away, ClearanceExpired.
        """
        ...


class Print:
    """Hands one released case to its office's printer."""

    def __init__(
        self,
        transactions: Transactions,
        printer: Printer,
        new_id: Callable[[], str],
    ) -> None:
        self._transactions = transactions
        self._printer = printer
        self._new_id = new_id

    async def __call__(self, owed: Owed) -> None:
        """One attempt. Raises Away, LeaseLost."""
        if not owed.clearance:
            owed = await self._cleared(owed, owed.request_id)
        failpoint("print.before_call")
        try:
            job = await self._printer.create(owed)
        except ClearanceExpired:
            # Certainly not taken: what was taken is answered from memory, whatever its age.
            owed = await self._cleared(owed, self._new_id())
            job = await self._printer.create(owed)
        failpoint("print.after_call")
        async with self._transactions.begin() as records:
            if await records.work.done(owed):
                case = await records.cases.get(owed.case)
                await records.cases.save(case.with_job(job))
            failpoint("print.before_commit")
        failpoint("print.after_commit")

    async def _cleared(self, owed: Owed, request_id: str) -> Owed:
        async with self._transactions.begin() as records:
            case = await records.cases.get(owed.case)
            clearance = self._printer.clear(owed, case.document_number)
            failpoint("print.clearance.before_commit")
            renewed = await records.work.renew(owed, request_id, clearance)
        failpoint("print.clearance.after_commit")
        return renewed


class TakeIn:
    """Takes in what a printer says of its jobs, each word once."""

    def __init__(self, transactions: Transactions, move: Move, clock: Clock) -> None:
        self._transactions = transactions
        self._move = move
        self._clock = clock

    async def __call__(self, office: str, event: JobEvent) -> None:
        """The effect and the place to go on from, in one commit. Raises NotYetAnswered."""
        if event.job and event.fate is Fate.UNDER_WAY:
            return  # nothing to keep: after a crash we hear it again
        async with self._transactions.begin() as records:
            if event.fate is not Fate.UNDER_WAY:
                await self._end(records, event)
            await records.watches.keep(office, event.token)
            failpoint("watch.before_commit")
        failpoint("watch.after_commit")

    async def _end(self, records: Records, event: JobEvent) -> None:
        try:
            case = await records.cases.get(event.case)
        except ApplicationNotFound:
            # Everybody else's books must not wait for a question that only people can answer.
            _log.exception("job_of_nobody", job=event.job, application=event.case)
            return
        if case.state is not State.PRINTING:
            return
        if case.print_job != event.job:
            if await records.work.is_owed(case.id, Work.PRINT):
                raise NotYetAnswered(event.job)
            return
        now, serial = self._clock.now(), event.book_serial
        if event.fate is Fate.DONE:
            change, why = {"book_serial": serial, "ready_at": now}, serial
            await self._move(records, case, Event.FINISH, ISSUANCE, now, why, **change)
        else:
            back = {"released_on": None, "print_job": ""}
            await self._move(records, case, Event.FAIL_PRINT, ISSUANCE, now, event.job, **back)
