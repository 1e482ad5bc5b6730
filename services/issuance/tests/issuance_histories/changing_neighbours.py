"""How the matcher and the printers answer from now on."""

from contextlib import suppress

from issuance.domain.outage import OutageScope
from servicekit.errors import DomainError

from .mortal_issuance import MortalIssuance
from .neighbours import MatcherMode, PrinterMode
from .steps import OFFICES, PERSONS_ON_RECORD, Step

_MATCHER_MODES = (MatcherMode.KNOWS_NOBODY_ELSE, MatcherMode.KNOWS_NOBODY_ELSE, *MatcherMode)


class ChangingNeighbours(MortalIssuance):
    """Changes the matcher and the printers."""

    async def matcher_changes(self, step: Step) -> None:
        """The matcher answers otherwise from now on; others: whom it takes applicants for."""
        self.matcher.mode = _MATCHER_MODES[step.a % len(_MATCHER_MODES)]
        self.matcher.score = 12.0 if step.b % 2 else 5.0
        cases = (await self.read()).cases
        for office in OFFICES:
            here = [case.person_id for case in cases if case.office == office]
            self.matcher.others[office] = here[step.b % len(here) :] if here else []

    async def matcher_finds_others(self, step: Step) -> None:
        """The matcher finds a person on record before, and another one of those who are that."""
        self.matcher.mode, self.matcher.score = MatcherMode.FINDS_ANOTHER, 12.0
        for office in OFFICES:
            first = step.b % PERSONS_ON_RECORD
            numbers = (*range(first, PERSONS_ON_RECORD), *range(first))
            self.matcher.others[office] = [f"{office}-{number}" for number in numbers]

    async def matcher_only_verifies(self, step: Step) -> None:
        """The matcher loses its index, the health watcher opens an outage, a replica restarts."""
        self.matcher.mode = MatcherMode.VERIFIES_ONLY
        outage = await self.workflow.declares(OutageScope.MATCHER)
        self._outages[step.office].append(outage)
        await self._starts_again()

    async def matcher_identifies_again(self, step: Step) -> None:
        """The matcher has its index again, and finds whom it finds."""
        await self.matcher_changes(step)
        await self._ends_all_outages()

    async def matcher_returns_and_finds_others(self, step: Step) -> None:
        """The matcher has its index again, and finds persons on record before."""
        await self.matcher_finds_others(step)
        await self._ends_all_outages()

    async def _ends_all_outages(self) -> None:
        for outages in self._outages.values():
            for outage in outages:
                with suppress(DomainError):
                    await self.workflow.ends(outage)

    async def matcher_forgets(self, step: Step) -> None:
        """The matcher is restored from a backup that does not have some encounters."""
        for encounter in list(self.matcher.encounters)[step.a % 3 :: 3]:
            del self.matcher.encounters[encounter], self.matcher.persons[encounter]

    async def printer_changes(self, step: Step) -> None:
        """The printer of the office answers otherwise from now on."""
        self.printers[step.office].mode = list(PrinterMode)[step.a % len(PrinterMode)]

    async def printer_recovers(self, step: Step) -> None:
        """The printer of the office works."""
        self.printers[step.office].mode = PrinterMode.WORKS

    async def printer_finishes(self, step: Step) -> None:
        """A book is good."""
        self.printers[step.office].finish(step.a)

    async def printer_fails(self, step: Step) -> None:
        """A job ends without a book."""
        self.printers[step.office].fail(step.a)

    async def printer_forgets(self, step: Step) -> None:
        """The printer is restored from a backup that does not have a job."""
        self.printers[step.office].lose(step.a)

    async def printer_repeats(self, step: Step) -> None:
        """The printer tells all that it has told before."""
        self.printers[step.office].heard = 0
