"""The status of the service and its outbox work as messages of the contract."""

from datetime import UTC, datetime

from google.protobuf.duration_pb2 import Duration
from passport.issuance.v1 import admin_pb2 as pb

from issuance.domain.paused_work import PausedWork
from issuance.service.encode_outages import outage
from issuance.service.encode_values import timestamp
from issuance.service.encode_waiting import waiting
from issuance.service.enum_codes import (
    APPLICATION_STATES,
    IDENTIFICATION_PHASES,
    OUTBOX_RESPONSIBLE_PARTIES,
    PRINTER_CIRCUITS,
)
from issuance.store.outbox_records import PostponedWork
from issuance.store.stuck_work_records import StuckTask
from issuance.use_cases.application_details import ApplicationDetails
from issuance.use_cases.service_status import PrinterStatus, ServiceStatus


def stuck_task(task: StuckTask) -> pb.StuckTask:
    """Return an outbox task that somebody has to look at."""
    return pb.StuckTask(
        task_id=task.id,
        kind=task.kind,
        application_id=task.case,
        office=task.office,
        created_at=timestamp(task.created_at),
        attempts=task.attempts,
        refused_at=timestamp(task.refused_at),
        next_attempt_at=timestamp(None if task.refused_at else task.not_before),
        last_error=task.last_error,
    )


def late_application(details: ApplicationDetails) -> pb.LateApplication:
    """Return an application that is late, and whose turn it is."""
    return pb.LateApplication(
        application_id=details.case.id,
        office=details.case.office,
        state=APPLICATION_STATES[details.case.state],
        waiting=waiting(details),
    )


def service_status(status: ServiceStatus, now: datetime) -> pb.IssuanceStatus:
    """Return the status of the service. now: business time."""
    return pb.IssuanceStatus(
        applications={state.value: count for state, count in status.cases.items()},
        outbox=[
            pb.OutboxBacklog(
                kind=backlog.kind.value,
                count=backlog.count,
                leased=backlog.leased,
                failing=backlog.failing,
                refused=backlog.refused,
                oldest=_age(backlog.oldest, now),
                outage_id=outage_id,
                responsible_party=OUTBOX_RESPONSIBLE_PARTIES[backlog.kind],
                postponed=[
                    _postponed(each) for each in status.postponed if each.kind is backlog.kind
                ],
            )
            for backlog, outage_id in status.outbox
        ],
        outages=[outage(record) for record in status.outages],
        open_tasks=status.open_tasks,
        without_fingerprints=status.without_fingerprints,
        past_promised_day=status.past_promised_day,
        past_legal_limit=status.past_legal_limit,
        identification_rate=_identification_rate(status),
        printers=[_printer(printer) for printer in status.printers],
        paused_work=[paused_work(paused) for paused in status.paused_work],
        late_applications=[late_application(details) for details in status.late],
    )


def _postponed(work: PostponedWork) -> pb.PostponedWork:
    return pb.PostponedWork(
        cause=work.cause, count=work.count, first_attempt_at=timestamp(work.first)
    )


def paused_work(paused: PausedWork) -> pb.PausedWork:
    """Return a kind of outbox work that is paused."""
    return pb.PausedWork(
        kind=paused.kind,
        office=paused.office,
        reason=paused.reason,
        paused_by=paused.paused_by,
        paused_at=timestamp(paused.paused_at),
    )


def _printer(printer: PrinterStatus) -> pb.PrinterStatus:
    return pb.PrinterStatus(
        office=printer.office,
        circuit=PRINTER_CIRCUITS[printer.circuit],
        unanswered_calls=printer.unanswered_calls,
        tasks=printer.queue.tasks,
        leased=printer.queue.leased,
        outage_id=printer.outage,
    )


def _identification_rate(status: ServiceStatus) -> pb.IdentificationRate:
    rate = status.identification_rate
    return pb.IdentificationRate(
        phase=IDENTIFICATION_PHASES[rate.phase],
        per_second=rate.per_second,
        granted_per_second=rate.granted,
        paused_until=timestamp(status.paused_until),
    )


def _age(since: datetime, now: datetime) -> Duration:
    age = Duration()
    age.FromTimedelta(max(now.astimezone(UTC), since) - since)
    return age
