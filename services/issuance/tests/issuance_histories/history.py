"""Two offices with honest and dishonest staff, unreliable neighbours and a mortal service."""

from contextlib import suppress
from datetime import timedelta

from issuance.domain.activity import Activity
from issuance.domain.case import Case
from issuance.domain.office import Office
from issuance.domain.print_job_event import JobOutcome
from servicekit.errors import DomainError

from .acting_people import ActingPeople
from .changing_neighbours import ChangingNeighbours
from .neighbours import MatcherMode, PrinterMode
from .outages_and_time import OutagesAndTime
from .steps import BOOKS_PER_DAY, Step, is_over

_MOST_DAYS = 14
_EVERYBODY = range(20, 44, 4)
"""One choice for each of them; two agree on any application, whoever else disagreed before."""


class History(ActingPeople, ChangingNeighbours, OutagesAndTime):
    """What happens, step by step; each step names a method of this class."""

    async def take(self, step: Step) -> None:
        """Let one thing happen. What is refused changes nothing."""
        with suppress(DomainError):
            await getattr(self, step.what)(step)

    async def comes_to_an_end(self) -> None:
        """Let everything work, and the right people act, until all applications are over."""
        self.mortality.before = self.mortality.after = False
        self.matcher.mode = MatcherMode.KNOWS_NOBODY_ELSE
        for _ in range(_MOST_DAYS):
            await self.a_good_day()
            if all(is_over(case) for case in (await self.read()).cases):
                return
        events = await self.events()
        waiting = [
            (case.id, case.print_failure, [entry.event.value for entry in events[case.id]])
            for case in (await self.read()).cases
            if not is_over(case)
        ]
        raise AssertionError(f"no way on: {waiting}")

    async def a_good_day(self) -> None:
        """Let a working day pass on which everything works."""
        await self.next_morning(Step("next_morning", ""))
        for office, printer in self.printers.items():
            printer.mode = PrinterMode.WORKS
            await self.outage_ends(Step("outage_ends", office))
            for _ in printer.in_progress():
                printer.finish(0)
        await self.is_told_to_go_on(Step("is_told_to_go_on", ""))
        await self.works(Step("works", ""))
        for case in (await self.read()).cases:
            for choice in _EVERYBODY:
                with suppress(DomainError):
                    await self._take_next_step(await self.workflow.case(case.id), choice)

    def is_to_be_heard_of(self, case: Case) -> bool:
        """Return whether the printer of a case still has something to tell about it."""
        printer = self.printers[case.office]
        job = printer.jobs.get(case.print_job)
        unheard = printer.events[printer.heard :]
        return (
            job is None  # it forgot the job, which is noticed when it is asked
            or job.outcome is JobOutcome.IN_PROGRESS
            or any(event.job == case.print_job for event in unheard)
        )

    async def books_today(self, office: Office) -> int:
        """Return how many books the machines make today outside of what stopped them longer."""
        calendar, now = office.calendar, self.workflow.now_is
        day = calendar.day_of(now)
        start, end = calendar.opening(day), calendar.closing(day)
        async with self.workflow.store.read() as records:
            lost = [
                (max(start, outage.began), min(end, outage.ended or end))
                for outage in await records.outages.affecting(office.id)
                if outage.stops(Activity.PRINTING) and outage.costs_printing_days(calendar, now)
            ]
        minutes = (start + timedelta(minutes=each) for each in range(8 * 60))
        left = sum(not any(begin <= each < over for begin, over in lost) for each in minutes)
        return BOOKS_PER_DAY * left // (8 * 60)
