"""Listens to the print job events of an office, resuming after the last recorded one."""

import structlog

from issuance.store.records import Store
from issuance.use_cases.ports import PrintJobEvents, ResumeTokenRefused, Unavailable
from issuance.use_cases.record_print_event import PrintJobUnconfirmed, RecordPrintEvent

_log = structlog.get_logger(__name__)


class PrintEventListener:
    """Records the events of one office's printer until the stream breaks off."""

    def __init__(
        self, office: str, events: PrintJobEvents, record: RecordPrintEvent, store: Store
    ) -> None:
        self._office = office
        self._events = events
        self._record = record
        self._store = store

    async def __call__(self) -> None:
        """Listen to one stream; the next call resumes after the last recorded event."""
        async with self._store.read() as records:
            token = await records.print_event_tokens.get(self._office)
        try:
            async for event in self._events.watch_print_jobs(self._office, token):
                await self._record(self._office, event)
        except Unavailable as error:
            _log.info("printer_unavailable", office=self._office, problem=str(error))
        except PrintJobUnconfirmed:
            _log.info("print_job_unconfirmed", office=self._office)
        except ResumeTokenRefused:
            _log.warning("print_events_restarted", office=self._office)
            async with self._store.begin() as records:
                await records.print_event_tokens.store(self._office, "")
