"""Listens to the print job events of an office, resuming after the last recorded one."""

import structlog

from issuance.store.records import Store
from issuance.use_cases.ports import PrintJobEvents, ResumeTokenRefused, Unavailable
from issuance.use_cases.reconcile_print_jobs import ReconcilePrintJobs

_log = structlog.get_logger(__name__)


class PrintEventListener:
    """Records the events of one office's printer until the stream breaks off."""

    def __init__(
        self, office: str, events: PrintJobEvents, reconcile: ReconcilePrintJobs, store: Store
    ) -> None:
        self._office = office
        self._events = events
        self._reconcile = reconcile
        self._store = store

    async def __call__(self) -> None:
        """Listen to one stream; the next call resumes after the last recorded event.

        Without a place to resume at, which a printer refuses after a restore of its database, jobs
        are looked for that it has lost, and the stream begins with all that it has.
        """
        try:
            await self._listen()
        except Unavailable as error:
            _log.info("printer_unavailable", office=self._office, problem=str(error))
        except ResumeTokenRefused:
            _log.warning("print_events_restarted", office=self._office)
            async with self._store.begin() as records:
                await records.print_event_tokens.store(self._office, "")

    async def _listen(self) -> None:
        async with self._store.read() as records:
            token = await records.print_event_tokens.get(self._office)
        if not token:
            await self._reconcile.find_lost_jobs(self._office)
        await self._reconcile.retry_unrecorded(self._office)
        async for event in self._events.watch_print_jobs(self._office, token):
            await self._reconcile.record(self._office, event)
