"""The workers that attempt outbox tasks: one for each kind."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import grpc

from issuance.bootstrap.shared_parts import SharedParts, new_id
from issuance.clients.clearance_signing import ClearanceSigner, load_key
from issuance.clients.matcher_client import MatcherClient
from issuance.clients.notice_file import NoticeFile
from issuance.clients.notice_mail import MailServer, NoticeMail
from issuance.config import IssuanceSettings
from issuance.domain.circuit_breaker import CircuitPolicy
from issuance.domain.identification_rate import RateLimits
from issuance.domain.notice_delivery import QuietHours
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.retry_policy import RetryPolicy
from issuance.use_cases.deliver_notice import DeliverNotice
from issuance.use_cases.identification_limit import (
    IDENTIFICATIONS,
    VERIFICATIONS,
    IdentificationLimit,
    RateOf,
)
from issuance.use_cases.identify import Identify
from issuance.use_cases.merge_at_matcher import MergeAtMatcher
from issuance.use_cases.office_slots import (
    MatcherSlots,
    NoticeSlots,
    OfficeSlots,
    PrinterSlots,
    VerificationSlots,
)
from issuance.use_cases.printer_address import CallRecordedPrinter
from issuance.use_cases.set_encounter_status import SetEncounterStatus
from issuance.use_cases.submit_print_job import SubmitPrintJob
from issuance.use_cases.track_printer_calls import TrackPrinterCalls
from issuance.use_cases.undo_merge_at_matcher import UndoMergeAtMatcher
from issuance.use_cases.verify import Verify
from issuance.workers.due_tasks import DueTasks
from issuance.workers.outbox_worker import OutboxWorker
from issuance.workers.periodic_task import run_periodically


def _notice_mail(settings: IssuanceSettings) -> NoticeMail | None:
    if not settings.mail_server:
        return None
    host, _, port = settings.mail_server.rpartition(":")
    password = settings.mail_password_file
    return NoticeMail(
        MailServer(
            host,
            int(port),
            settings.mail_sender,
            settings.mail_authority,
            settings.mail_user,
            password.read_text().split("\n")[0] if password else "",
            settings.call_timeout_seconds,
        )
    )


class OutboxWorkers:
    """Attempt outbox tasks at the matcher, the printers and the carriers of notices.

    Raises OSError or ValueError for an unusable key or password.
    """

    def __init__(self, parts: SharedParts) -> None:
        self._parts = parts
        settings = parts.settings
        self._due = DueTasks(parts.store, parts.real_now)
        self._notice_mail = _notice_mail(settings)
        self._clearances = ClearanceSigner(
            load_key(settings.clearance_key),
            settings.clearance_key_id,
            parts.clock,
            timedelta(hours=settings.clearance_validity_hours),
        )

    def work(self, matcher: grpc.aio.Channel) -> list[Awaitable[None]]:
        """Return what runs for ever: the worker of each kind, and what tells it of due tasks."""
        parts = self._parts
        settings, store = parts.settings, parts.store
        matcher_client = MatcherClient(matcher, settings.call_timeout_seconds)
        identify = Identify(
            store,
            matcher_client,
            parts.apply_transition,
            parts.clock,
            new_id,
            settings.strong_hit_score,
        )
        verify = Verify(
            store,
            matcher_client,
            parts.outage_policy,
            parts.apply_transition,
            parts.clock,
        )
        set_status = SetEncounterStatus(store, matcher_client, parts.clock)
        submit = SubmitPrintJob(
            store,
            parts.printers,
            self._clearances.sign,
            parts.apply_transition,
            parts.clock,
            new_id,
        )
        track = TrackPrinterCalls(
            submit,
            store,
            CircuitPolicy(
                settings.printer_failures_to_open_circuit,
                timedelta(seconds=settings.printer_probe_seconds),
            ),
            parts.real_now,
        )
        submit_where_recorded = CallRecordedPrinter(track, store, parts.channels.address)
        identifications = settings.max_concurrent_identifications
        status_calls = settings.max_concurrent_status_calls
        return [
            self._matcher_worker(
                OutboxTaskKind.IDENTIFY, identify, identifications, self._identification_limit()
            ),
            self._outbox_worker(
                OutboxTaskKind.VERIFY,
                verify,
                VerificationSlots(parts.outage_policy),
                identifications,
                self._identification_limit(VERIFICATIONS),
            ),
            self._matcher_worker(OutboxTaskKind.SET_ENCOUNTER_STATUS, set_status, status_calls),
            self._matcher_worker(
                OutboxTaskKind.MERGE_PERSONS,
                MergeAtMatcher(store, matcher_client),
                status_calls,
            ),
            self._matcher_worker(
                OutboxTaskKind.UNDO_MERGE,
                UndoMergeAtMatcher(store, matcher_client),
                status_calls,
            ),
            self._outbox_worker(
                OutboxTaskKind.PRINT,
                submit_where_recorded,
                PrinterSlots(settings.max_concurrent_print_calls_per_office),
                settings.max_concurrent_print_calls,
            ),
            self._notice_work(),
            run_periodically("due outbox tasks", self._due, settings.outbox_poll_seconds),
        ]

    def _notice_work(self) -> Awaitable[None]:
        parts = self._parts
        settings = parts.settings
        file = NoticeFile(settings.notice_file) if settings.notice_file else None
        deliver = DeliverNotice(parts.store, parts.offices, self._notice_mail, file, parts.clock)
        quiet = QuietHours(settings.quiet_from, settings.quiet_until)
        return self._outbox_worker(
            OutboxTaskKind.NOTIFY,
            deliver,
            NoticeSlots(parts.offices, quiet, parts.clock.now),
            settings.max_concurrent_notices,
        )

    def _matcher_worker(
        self,
        kind: OutboxTaskKind,
        attempt: Callable[[OutboxTask], Awaitable[None]],
        concurrency: int,
        limit: IdentificationLimit | None = None,
    ) -> Awaitable[None]:
        return self._outbox_worker(kind, attempt, MatcherSlots(kind), concurrency, limit)

    def _outbox_worker(
        self,
        kind: OutboxTaskKind,
        attempt: Callable[[OutboxTask], Awaitable[None]],
        slots: OfficeSlots,
        concurrency: int,
        limit: IdentificationLimit | None = None,
    ) -> Awaitable[None]:
        parts = self._parts
        settings = parts.settings
        policy = RetryPolicy(
            concurrency=concurrency,
            lease=parts.longest_waits.lease,
            poll=settings.outbox_poll_seconds,
            first_pause=timedelta(seconds=settings.retry_first_seconds),
            longest_pause=parts.longest_waits.pause,
        )
        due = self._due.of(kind)
        worker = OutboxWorker(kind, attempt, parts.store, slots, policy, parts.real_now, due, limit)
        return run_periodically(f"outbox {kind}", worker, settings.outbox_poll_seconds)

    def _identification_limit(self, rate_of: RateOf = IDENTIFICATIONS) -> IdentificationLimit:
        parts = self._parts
        settings = parts.settings
        limits = RateLimits(
            settings.identifications_per_second,
            ramp=timedelta(seconds=settings.identification_ramp_seconds),
            slow=timedelta(seconds=settings.identification_slow_seconds),
            canary=timedelta(seconds=settings.lease_seconds),
        )
        return IdentificationLimit(limits, parts.real_now, rate_of)
