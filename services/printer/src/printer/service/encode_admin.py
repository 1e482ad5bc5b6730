"""Encode the state of printing, and what a restore showed, as messages of the contract."""

from dataclasses import asdict
from datetime import datetime

from google.protobuf.duration_pb2 import Duration
from passport.printer.v1 import admin_pb2

from printer.domain.restore import Restore, RestoreFinding
from printer.domain.two_persons import Proposal, job_of
from printer.service.encode_machines import machine
from printer.service.encode_stock import book_balance
from printer.service.encode_values import proposal, timestamp
from printer.use_cases.printing_status import PrintingStatus


def printing_status(office: str, status: PrintingStatus, now: datetime) -> admin_pb2.PrintingStatus:
    """Encode the state of printing in an office at a business time."""
    return admin_pb2.PrintingStatus(
        office=office,
        jobs={state.name: number for state, number in status.jobs.items()},
        machines=[machine(view) for view in status.machines],
        books=book_balance(status.books),
        blocking_reasons=status.blocking_reasons,
        pending_decisions=[_pending_decision(proposal, now) for proposal in status.pending],
    )


def _pending_decision(pending: Proposal, now: datetime) -> admin_pb2.PendingDecision:
    age = Duration()
    age.FromTimedelta(now - pending.by.at)
    return admin_pb2.PendingDecision(
        job_id=job_of(pending.subject),
        waiting_for=pending.waiting_for,
        proposal=proposal(pending),
        age=age,
    )


def restore_findings(
    restore: Restore | None, findings: list[RestoreFinding]
) -> admin_pb2.ListRestoreFindingsResponse:
    """Encode a restore of the database and what was found after it."""
    if restore is None:
        return admin_pb2.ListRestoreFindingsResponse()
    return admin_pb2.ListRestoreFindingsResponse(
        reason=restore.reason,
        noticed_at=timestamp(restore.noticed_at),
        findings=[admin_pb2.RestoreFinding(**asdict(finding)) for finding in findings],
    )
