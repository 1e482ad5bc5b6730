"""Listens to the printers, each from where it was heard last."""

from collections.abc import AsyncIterator
from typing import Protocol

import structlog

from issuance.use_cases.identify import Away
from issuance.use_cases.printing import JobEvent, NotYetAnswered, TakeIn, TokenRefused
from issuance.use_cases.records import Transactions

_log = structlog.get_logger(__name__)


class Events(Protocol):
    """Where printers' events come from."""

    def watch(self, office: str, token: str) -> AsyncIterator[JobEvent]:
        """From a token on. Raises Away, TokenRefused."""
        ...


class Listener:
    """Takes in the events of one office's printer until the stream breaks off."""

    def __init__(
        self, office: str, events: Events, take_in: TakeIn, transactions: Transactions
    ) -> None:
        self._office = office
        self._events = events
        self._take_in = take_in
        self._transactions = transactions

    async def __call__(self) -> None:
        """Listen once; whoever calls again goes on from there."""
        async with self._transactions.read() as records:
            token = await records.watches.token(self._office)
        try:
            async for event in self._events.watch(self._office, token):
                await self._take_in(self._office, event)
        except Away as error:
            _log.info("printer_silent", office=self._office, trouble=str(error))
        except NotYetAnswered:
            _log.info("printer_ahead_of_us", office=self._office)
        except TokenRefused:
            _log.warning("printer_begins_anew", office=self._office)
            async with self._transactions.begin() as records:
                await records.watches.keep(self._office, "")
