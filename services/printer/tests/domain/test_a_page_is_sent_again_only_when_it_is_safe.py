from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from printer.domain.job import Attempt
from printer.domain.machine import MachineJob, Phase, Sighting
from printer.domain.reconcile import SETTLED, Verdict, judge_absent, judge_found

NOON = datetime(2018, 11, 5, 4, 0, tzinfo=UTC)
PAGE = "ab" * 32


def an_attempt(up_time: int = 100, delivered: bool = False) -> Attempt:
    return Attempt(
        attempt_id="a", machine_id="M1", book_serial="B000001", assigned_at=NOON,
        printer_uuid="urn:uuid:1", up_time=up_time, asked_at=NOON, delivered=delivered,
    )  # fmt: skip


def a_sighting(after: float, up_time: int, printer_uuid: str = "urn:uuid:1") -> Sighting:
    at = NOON + timedelta(seconds=after)
    return Sighting(
        printer_uuid=printer_uuid, up_time=up_time, asked_at=at, last_contact_at=at, idle=True,
        stopped=False, accepting=True, reasons=(),
    )  # fmt: skip


def a_machine_job(phase: Phase, began: bool = True, sha256: str | None = PAGE) -> MachineJob:
    return MachineJob(number=1, name="a", phase=phase, began=began, printed_sha256=sha256)


@pytest.mark.parametrize(
    ("found", "delivered", "verdict"),
    [
        (a_machine_job(Phase.WITHOUT_DOCUMENT, began=False), False, Verdict.CLEAR),
        (a_machine_job(Phase.WAITING, began=False), False, Verdict.FOLLOW),
        (a_machine_job(Phase.PRINTING), True, Verdict.FOLLOW),
        (a_machine_job(Phase.COMPLETED), False, Verdict.PRINTED),
        (a_machine_job(Phase.COMPLETED, sha256=None), True, Verdict.PRINTED),
        (a_machine_job(Phase.COMPLETED, sha256=None), False, Verdict.UNKNOWN),
        (a_machine_job(Phase.COMPLETED, sha256="cd" * 32), True, Verdict.UNKNOWN),
        (a_machine_job(Phase.GIVEN_UP, began=False), False, Verdict.NOT_PRINTED),
        (a_machine_job(Phase.GIVEN_UP, began=True), False, Verdict.UNKNOWN),
    ],
)
def test_what_a_machine_knows_is_never_sent_again(
    found: MachineJob, delivered: bool, verdict: Verdict
) -> None:
    assert judge_found(an_attempt(delivered=delivered), PAGE, found).verdict is verdict


@pytest.mark.parametrize(
    ("now", "sent", "verdict"),
    [
        (a_sighting(50, up_time=150), False, Verdict.SEND),
        (a_sighting(50, up_time=149), False, Verdict.SEND),
        (a_sighting(50, up_time=150), True, Verdict.UNKNOWN),
        (a_sighting(50, up_time=30), False, Verdict.UNKNOWN),
        (a_sighting(50, up_time=150, printer_uuid="urn:uuid:2"), False, Verdict.UNKNOWN),
        (a_sighting(3600, up_time=1800), False, Verdict.UNKNOWN),
        (a_sighting(60, up_time=160), False, Verdict.UNKNOWN),
        (a_sighting(10, up_time=140), False, Verdict.UNKNOWN),
    ],
)
def test_what_it_does_not_know_is_sent_only_if_it_ran_on(
    now: Sighting, sent: bool, verdict: Verdict
) -> None:
    assert judge_absent(an_attempt(), sent, now).verdict is verdict


@given(
    ran=st.floats(SETTLED - 1, 1e6),
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
        last_contact_at=at + timedelta(seconds=late),
    )

    assert judge_absent(attempt, False, now).verdict is Verdict.UNKNOWN


@given(
    ran=st.floats(SETTLED - 1, 1e6),
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
        last_contact_at=at + timedelta(seconds=late),
    )

    assert judge_absent(attempt, False, now).verdict is Verdict.SEND
