from datetime import UTC, datetime

import pytest
from printer.domain.attempt import Attempt
from printer.domain.printer_client import MachineJob, MachineJobPhase
from printer.domain.reconciliation import ReconcileAction, decide_found_job

NOON = datetime(2018, 11, 5, 4, 0, tzinfo=UTC)
PAGE, CHIP, OTHER = "aa" * 32, "bb" * 32, "cc" * 32
ATTEMPT = Attempt(
    attempt_id="a", machine_id="M1", book_serial="B000001", assigned_at=NOON,
    printer_uuid="urn:uuid:1", up_time=10, asked_at=NOON, delivered=True,
)  # fmt: skip


@pytest.mark.parametrize(
    ("made", "reported", "action"),
    [
        (CHIP, CHIP, ReconcileAction.RECORD_PRINTED),
        (CHIP, None, ReconcileAction.RECORD_PRINTED),  # the machine does not report it
        (None, None, ReconcileAction.RECORD_PRINTED),
        (CHIP, OTHER, ReconcileAction.MARK_OUTCOME_UNKNOWN),
        (None, OTHER, ReconcileAction.MARK_OUTCOME_UNKNOWN),
    ],
)
def test_the_machine_reports_what_is_on_the_chip(
    made: str | None, reported: str | None, action: ReconcileAction
) -> None:
    found = MachineJob(1, "a", MachineJobPhase.COMPLETED, True, PAGE, chip_sha256=reported)

    assert decide_found_job(ATTEMPT, PAGE, found, made).action is action


def test_why_the_machine_gave_it_up_is_told() -> None:
    found = MachineJob(
        1, "a", MachineJobPhase.CANCELLED_OR_ABORTED, True, None,
        state_reasons=("passport-chip-write-failed",),
    )  # fmt: skip

    decision = decide_found_job(ATTEMPT, PAGE, found, CHIP)

    assert decision.action is ReconcileAction.MARK_OUTCOME_UNKNOWN
    assert decision.reason.endswith("after printing began (passport-chip-write-failed)")
