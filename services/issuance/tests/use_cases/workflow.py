"""The use cases over a real database, in business time that the test sets.

No server, no workers, no neighbours: the test says what the matcher and the printer answer.
"""

from typing import Any

from .at_the_counter import AtTheCounter
from .at_the_matcher import AtTheMatcher
from .at_the_printer import AtThePrinter
from .decisions import Decisions
from .outages_and_machines import OutagesAndMachines
from .payments import Payments


class Workflow(AtTheCounter, Decisions, Payments, AtTheMatcher, AtThePrinter, OutagesAndMachines):
    """All that people, neighbours and issuance itself do with the applications of two offices."""

    async def becomes_ready(self, reason: str = "", **application: Any) -> str:
        """Take an application from the counter to its finished book. reason: of the approval."""
        id = await self.is_known(await self.applies(**application))
        await self.approves(id, reason=reason)
        await self.plans()
        await self.job_is_done(id)
        return id

    async def is_released(self, id: str) -> str:
        """Approve an application that is identified, and release it to the printer."""
        await self.approves(id)
        await self.plans()
        return id
