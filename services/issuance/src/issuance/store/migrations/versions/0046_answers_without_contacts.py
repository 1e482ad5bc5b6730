"""Erase contacts, proxies and guardians from stored answers, where earlier versions stored them."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from passport.issuance.v1 import applications_pb2 as pb

revision = "0046"
down_revision = "0045"

_AT_A_TIME = 1000
_ANSWERS = sa.table(
    "idempotency_records",
    *(sa.column(name) for name in ("caller", "request_type", "request_id", "response")),
)
_c = _ANSWERS.c


def upgrade() -> None:
    """Store those answers again without them; others stay as they are."""
    for row in _answers():
        answer = _application(row)
        application = (
            answer.application if isinstance(answer, pb.SubmitPortraitResponse) else answer
        )
        before = answer.ByteSize()
        application.ClearField("contact")
        application.ClearField("proxy")
        application.ClearField("guardians")
        if answer.ByteSize() != before:
            _store(row, answer.SerializeToString())


def _application(row: Any) -> Any:
    is_portrait = row.request_type == pb.SubmitPortraitRequest.DESCRIPTOR.full_name
    message = pb.SubmitPortraitResponse if is_portrait else pb.Application
    return message.FromString(row.response)


def _answers() -> Iterator[Any]:
    """Return the answers that hold an application, in the order of their keys."""
    key = sa.tuple_(_c.caller, _c.request_type, _c.request_id)
    statement = sa.select(_ANSWERS).where(_c.request_type.in_(_requests())).order_by(*key)
    rows = op.get_bind().execute(statement.limit(_AT_A_TIME)).all()
    while rows:
        yield from rows
        last = rows[-1]
        after = sa.tuple_(last.caller, last.request_type, last.request_id)
        rows = op.get_bind().execute(statement.where(key > after).limit(_AT_A_TIME)).all()


def _requests() -> list[str]:
    """Return the names of the requests that are answered with an application."""
    answers = {pb.Application.DESCRIPTOR, pb.SubmitPortraitResponse.DESCRIPTOR}
    methods = pb.DESCRIPTOR.services_by_name["Applications"].methods
    return [each.input_type.full_name for each in methods if each.output_type in answers]


def _store(row: Any, response: bytes) -> None:
    op.get_bind().execute(
        sa.update(_ANSWERS)
        .where(
            _c.caller == row.caller,
            _c.request_type == row.request_type,
            _c.request_id == row.request_id,
        )
        .values(response=response)
    )
