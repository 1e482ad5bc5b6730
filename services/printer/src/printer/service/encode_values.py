"""Encode values that messages of several servicers contain."""

from datetime import date, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from passport.printer.v1 import two_persons_pb2
from passport.type.v1 import civil_pb2
from servicekit.grpc.enum_codes import enum_codes

from printer.domain.two_persons import DecisionReason, Proposal, ProposedAction

DECISION_REASONS = enum_codes(DecisionReason, two_persons_pb2.DecisionReason)
_ACTIONS = enum_codes(ProposedAction, two_persons_pb2.ProposedAction)


def proposal(proposal: Proposal | None) -> two_persons_pb2.Proposal | None:
    """Encode what a second person has to confirm, if anything."""
    if proposal is None:
        return None
    return two_persons_pb2.Proposal(
        action=_ACTIONS[proposal.action],
        book_serial=proposal.book_serial,
        reason=DECISION_REASONS[proposal.reason],
        explanation=proposal.explanation,
        proposed_by=proposal.by.who,
        proposed_at=timestamp(proposal.by.at),
    )


def calendar_date(day: date) -> civil_pb2.CalendarDate:
    """Return a day as a message of the contract."""
    return civil_pb2.CalendarDate(year=day.year, month=day.month, day=day.day)


def timestamp(moment: datetime) -> Timestamp:
    """Encode a moment that has a time zone."""
    encoded = Timestamp()
    encoded.FromDatetime(moment)
    return encoded
