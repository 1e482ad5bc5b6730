from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from printer.domain.attempt import Attempt
from printer.domain.printer_client import MachineJob, MachineJobPhase, PrinterStatus
from printer.domain.reconciliation import (
    MINIMUM_UP_TIME_SECONDS,
    ReconcileAction,
    decide_found_job,
    decide_missing_job,
)
from printer.domain.settlement import Settlement

NOON = datetime(2018, 11, 5, 4, 0, tzinfo=UTC)
PAGE = "ab" * 32


def an_attempt(up_time: int = 100, delivered: bool = False) -> Attempt:
    return Attempt(
        attempt_id="a", machine_id="M1", book_serial="B000001", assigned_at=NOON,
        printer_uuid="urn:uuid:1", up_time=up_time, asked_at=NOON, delivered=delivered,
    )  # fmt: skip


def a_sighting(after: float, up_time: int, printer_uuid: str = "urn:uuid:1") -> PrinterStatus:
    at = NOON + timedelta(seconds=after)
    return PrinterStatus(
        printer_uuid=printer_uuid, up_time=up_time, asked_at=at, answered_at=at, idle=True,
        stopped=False, accepting_jobs=True, state_reasons=(),
    )  # fmt: skip


def a_machine_job(
    phase: MachineJobPhase, began: bool = True, sha256: str | None = PAGE
) -> MachineJob:
    return MachineJob(
        machine_job_id=1, name="a", phase=phase, processing_began=began, printed_sha256=sha256
    )


@pytest.mark.parametrize(
    ("found", "delivered", "action"),
    [
        (
            a_machine_job(MachineJobPhase.AWAITING_DOCUMENT, began=False),
            False,
            ReconcileAction.CANCEL_AT_MACHINE,
        ),
        (a_machine_job(MachineJobPhase.PENDING, began=False), False, ReconcileAction.WAIT),
        (a_machine_job(MachineJobPhase.PROCESSING), True, ReconcileAction.WAIT),
        (a_machine_job(MachineJobPhase.COMPLETED), False, ReconcileAction.RECORD_PRINTED),
        (
            a_machine_job(MachineJobPhase.COMPLETED, sha256=None),
            True,
            ReconcileAction.RECORD_PRINTED,
        ),
        (
            a_machine_job(MachineJobPhase.COMPLETED, sha256=None),
            False,
            ReconcileAction.MARK_OUTCOME_UNKNOWN,
        ),
        (
            a_machine_job(MachineJobPhase.COMPLETED, sha256="cd" * 32),
            True,
            ReconcileAction.MARK_OUTCOME_UNKNOWN,
        ),
        (
            a_machine_job(MachineJobPhase.CANCELLED_OR_ABORTED, began=False),
            False,
            ReconcileAction.REQUEUE,
        ),
        (
            a_machine_job(MachineJobPhase.CANCELLED_OR_ABORTED, began=True),
            False,
            ReconcileAction.MARK_OUTCOME_UNKNOWN,
        ),
    ],
)
def test_what_a_machine_knows_is_never_sent_again(
    found: MachineJob, delivered: bool, action: ReconcileAction
) -> None:
    assert decide_found_job(an_attempt(delivered=delivered), PAGE, found).action is action


@pytest.mark.parametrize(
    ("now", "sent", "action"),
    [
        (a_sighting(50, up_time=150), False, ReconcileAction.SEND),
        (a_sighting(50, up_time=149), False, ReconcileAction.SEND),
        (a_sighting(50, up_time=148), False, ReconcileAction.SEND),
        (a_sighting(50, up_time=152), False, ReconcileAction.SEND),
        (a_sighting(50, up_time=147), False, ReconcileAction.MARK_OUTCOME_UNKNOWN),
        (a_sighting(50, up_time=150), True, ReconcileAction.MARK_OUTCOME_UNKNOWN),
        (a_sighting(50, up_time=30), False, ReconcileAction.MARK_OUTCOME_UNKNOWN),
        (
            a_sighting(50, up_time=150, printer_uuid="urn:uuid:2"),
            False,
            ReconcileAction.MARK_OUTCOME_UNKNOWN,
        ),
        (a_sighting(3600, up_time=1800), False, ReconcileAction.MARK_OUTCOME_UNKNOWN),
        (a_sighting(60, up_time=160), False, ReconcileAction.MARK_OUTCOME_UNKNOWN),
        (a_sighting(10, up_time=140), False, ReconcileAction.MARK_OUTCOME_UNKNOWN),
    ],
)
def test_what_it_does_not_know_is_sent_only_if_it_ran_on(
    now: PrinterStatus, sent: bool, action: ReconcileAction
) -> None:
    assert decide_missing_job(an_attempt(), sent, now).action is action


@given(
    ran=st.floats(MINIMUM_UP_TIME_SECONDS - 1, 1e6),
    latency=st.floats(0, 30),
    off=st.floats(0.001, 1e6),
    again=st.floats(0, 1e6),
    late=st.floats(0, 30),
)
def test_no_restart_hides_behind_rounding_and_slow_answers(
    ran: float, latency: float, off: float, again: float, late: float
) -> None:
    """It ran for `ran`, was asked, went off, came back after `off`, was asked `again` later."""
    attempt = replace(an_attempt(up_time=int(ran) + 1), asked_at=NOON - timedelta(seconds=latency))
    at = NOON + timedelta(seconds=off + again)
    now = replace(
        a_sighting(0, up_time=int(again) + 1),
        asked_at=at,
        answered_at=at + timedelta(seconds=late),
    )

    assert decide_missing_job(attempt, False, now).action is ReconcileAction.MARK_OUTCOME_UNKNOWN


@given(
    ran=st.floats(MINIMUM_UP_TIME_SECONDS - 1, 1e6),
    later=st.floats(0, 59),
    latency=st.floats(0, 0.4),
    late=st.floats(0, 0.4),
)
def test_a_machine_that_ran_on_is_believed(
    ran: float, later: float, latency: float, late: float
) -> None:
    attempt = replace(an_attempt(up_time=int(ran) + 1), asked_at=NOON - timedelta(seconds=latency))
    at = NOON + timedelta(seconds=later)
    now = replace(
        a_sighting(0, up_time=int(ran + later) + 1),
        asked_at=at,
        answered_at=at + timedelta(seconds=late),
    )

    assert decide_missing_job(attempt, False, now).action is ReconcileAction.SEND


@pytest.mark.parametrize(
    ("up_time", "settlement"),
    [(MINIMUM_UP_TIME_SECONDS - 1, Settlement.UNSETTLED), (10, Settlement.GONE)],
)
def test_a_machine_that_has_only_just_been_started_is_asked_again(
    up_time: int, settlement: Settlement
) -> None:
    decision = decide_missing_job(an_attempt(), sent=True, status=a_sighting(50, up_time))

    assert decision.action is ReconcileAction.MARK_OUTCOME_UNKNOWN
    assert decision.settlement is settlement
