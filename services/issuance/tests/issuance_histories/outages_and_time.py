"""Outages that administrators declare, and time that passes."""

from contextlib import suppress
from datetime import timedelta

from issuance.domain.outage import OutageScope
from servicekit.errors import DomainError

from .mortal_issuance import MortalIssuance
from .steps import Step

_PAUSES = (timedelta(minutes=40), timedelta(minutes=100), timedelta(hours=4), timedelta(days=3))


class OutagesAndTime(MortalIssuance):
    """Opens, corrects and ends outages, and lets time pass."""

    async def outage_opens(self, step: Step) -> None:
        """An administrator declares an outage."""
        scope = list(OutageScope)[step.a % len(OutageScope)]
        office = "" if scope is OutageScope.MATCHER else step.office
        self._outages[step.office].append(await self.workflow.declares(scope, office))

    async def printing_stops(self, step: Step) -> None:
        """An administrator declares that the printing of the office is out."""
        outage = await self.workflow.declares(OutageScope.PRINTING, step.office)
        self._outages[step.office].append(outage)

    async def outage_ends(self, step: Step) -> None:
        """An administrator ends an outage."""
        for outage in self._outages[step.office]:
            with suppress(DomainError):
                await self.workflow.ends(outage)

    async def outage_is_corrected(self, step: Step) -> None:
        """An outage began earlier than was recorded."""
        if outages := self._outages[step.office]:
            began = self.workflow.now_is - timedelta(hours=1 + step.a)
            outage = outages[step.b % len(outages)]
            await self.workflow.corrects_outage(outage, began=f"{began:%Y-%m-%d %H:%M}")

    async def time_passes(self, step: Step) -> None:
        """Minutes, hours or days pass."""
        self.workflow.now_is += _PAUSES[step.a % len(_PAUSES)]

    async def next_morning(self, step: Step) -> None:
        """The offices open on the next working day."""
        calendar = self.workflow.offices["BJM"].calendar
        today = calendar.day_of(self.workflow.now_is)
        opening = calendar.opening(calendar.next_working_day(today))
        self.workflow.now_is = opening + timedelta(hours=step.a % 3)
