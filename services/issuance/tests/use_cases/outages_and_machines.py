"""What stops an office, and with how many machines it prints."""

from datetime import date
from fractions import Fraction
from typing import Any

from issuance.domain.office import InstalledMachines
from issuance.domain.outage import Outage, OutageCorrection, OutageScope
from issuance.use_cases.print_capacity import set_machines

from .local_time import banjarmasin
from .recorded_workflow import RecordedWorkflow


class OutagesAndMachines(RecordedWorkflow):
    """Declares outages, corrects and ends them, and sets machines."""

    async def declares(
        self,
        scope: OutageScope,
        office: str = "",
        *,
        began: str = "",
        ended: str = "",
        expected_end: str = "",
    ) -> str:
        """An administrator declares an outage, now or since a local time; its id."""
        outage = Outage(
            scope=scope,
            office=office,
            cause="test",
            began=banjarmasin(began) if began else self.now_is,
            ended=banjarmasin(ended) if ended else None,
            expected_end=banjarmasin(expected_end) if expected_end else None,
            declared_by="ani",
        )
        async with self.store.begin() as records:
            return (await self.outages.declare(records, outage, self.now_is)).id

    async def corrects_outage(self, outage: str, *, revision: int = 0, **what: Any) -> None:
        """An administrator corrects what is recorded of an outage; times are local times."""
        for field in ("began", "ended", "expected_end"):
            if field in what:
                what[field] = banjarmasin(what[field])
        async with self.store.begin() as records:
            await self.outages.correct(
                records, outage, OutageCorrection(**what), "budi", self.now_is, revision
            )

    async def ends(self, outage: str, *, at: str = "", **how: Any) -> None:
        """An administrator says that the outage is over, now or since a local time."""
        ended = banjarmasin(at) if at else self.now_is
        async with self.store.begin() as records:
            await self.outages.end(records, outage, ended, "ani", self.now_is, **how)

    async def waited_for(self, outage: str) -> int | None:
        """How many cases wait or waited for the end of an outage."""
        async with self.store.read() as records:
            record = await records.outages.get(outage)
            return (await records.outages.with_cases([record]))[0].cases

    async def sets_machines(self, count: int, since: str = "") -> None:
        """A supervisor says how many machines print in Banjarmasin from a day on, or from today."""
        day = date.fromisoformat(since) if since else self.now_is.date()
        machines = InstalledMachines(day, count, Fraction(self.books_per_day))
        async with self.store.begin() as records:
            await set_machines(records, self.offices["BJM"], machines, self.now_is)
