"""Work that goes on after its call was answered leaves a line in the audit log, as a call does."""

import asyncio
from collections.abc import Callable

import pytest
from servicekit.errors import InvalidRequest, Overloaded
from servicekit.grpc.call_audit import add_audit_facts, audited_work
from servicekit.security.identity import parse_identity
from structlog.typing import EventDict

from services.captured_logs import captured_logs

SERVICE = parse_identity("spiffe://id/office/national/service/issuance")
PERSON = parse_identity("spiffe://id/office/BJM/user/siti/role/examiner")
START = "passport.matcher.v1.Identification/StartIdentify"


def logged(work: Callable[[], None]) -> list[EventDict]:
    """Return what work leaves in the log that is tried again where it was too much."""
    with captured_logs() as lines:
        try:
            with audited_work(
                START, SERVICE, PERSON, lambda error: isinstance(error, Overloaded), operation="o-1"
            ):
                work()
        except (InvalidRequest, Overloaded, ZeroDivisionError, asyncio.CancelledError) as error:
            return [*lines, {"raised": type(error)}]
    return lines


def raises(error: BaseException) -> Callable[[], None]:
    def work() -> None:
        raise error

    return work


def test_with_what_it_was_about_and_for_whom() -> None:
    (line,) = logged(lambda: add_audit_facts(person_id="p-7"))

    assert line.pop("duration_ms") >= 0
    assert line == {
        "event": "work",
        "log_level": "info",
        "method": START,
        "caller": "spiffe://id/office/national/service/issuance",
        "on_behalf_of": "spiffe://id/office/BJM/user/siti/role/examiner",
        "code": "OK",
        "reason": None,
        "operation": "o-1",
        "person_id": "p-7",
    }


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (InvalidRequest("no finger"), "INVALID_ARGUMENT", "INVALID_REQUEST"),
        (ZeroDivisionError(), "INTERNAL", "INTERNAL_ERROR"),
        (asyncio.CancelledError(), "CANCELLED", None),
    ],
)
def test_with_the_error_that_ended_it(error: BaseException, code: str, reason: str | None) -> None:
    line, raised = logged(raises(error))

    assert (line["code"], line["reason"]) == (code, reason)
    assert raised == {"raised": type(error)}


def test_when_it_is_over_and_not_when_it_is_tried_again() -> None:
    assert logged(raises(Overloaded("later"))) == [{"raised": Overloaded}]


def test_not_with_facts_stated_afterwards() -> None:
    with (
        captured_logs() as lines,
        audited_work("outer", SERVICE, None, lambda _: False),
    ):
        with audited_work("inner", SERVICE, None, lambda _: False):
            add_audit_facts(person_id="p-7")
        add_audit_facts(person_id="p-8")

    assert [(line["method"], line["person_id"]) for line in lines] == [
        ("inner", "p-7"),
        ("outer", "p-8"),
    ]
