"""An application counts as open until the holder of its emergency document is identified.

Earlier versions kept that by a read alone: an appeal and another application that were committed
at the same time may both be there. Then the appeal is taken back, as it would have been refused.
No other step of an application can leave two of them: a holder's application was open, and in the
index, until the hand-over. Whatever else contradicts the index was written by hand, and is named.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"

_INDEX = "one_open_application_per_person"
_IS_HOLDER = "state = 'handed_over' AND identification_due"
_IS_OPEN = sa.text(f"state NOT IN ('handed_over', 'refused', 'withdrawn') OR ({_IS_HOLDER})")
_MOMENT = sa.DateTime(timezone=True)
_REASON = (
    "the appeal is taken back: the person had another open application when it was granted; "
    "appeal again when that one has ended"
)
_REFUSAL = {
    "id": "pemohon tercatat dengan identitas lain",
    "en": "the applicant is on record under another identity",
}
_APPLICATIONS = sa.table(
    "applications",
    *(sa.column(name) for name in ("number", "id", "office", "person_id", "state", "revision")),
    *(sa.column(name) for name in ("identification_due", "appeal_granted_by", "change")),
    sa.column("state_since", _MOMENT),
    sa.column("refusal_reason", sa.JSON),
)
_TEXTS = (
    "on_behalf_of", "payment_receipt", "interview_notes", "document_number", "print_job",
    "book_serial", "signed_by",
)  # fmt: skip
_HISTORY = sa.table(
    "history",
    *(sa.column(name) for name in ("case", "office", "event", "source", "target", "by", "reason")),
    *(sa.column(name, _MOMENT) for name in ("at", "source_since")),
    *(sa.column(name) for name in _TEXTS),
)
_TASKS = sa.table(
    "adjudication_tasks",
    *(sa.column(name) for name in ("case", "state", "claimed_by")),
    *(sa.column(name, _MOMENT) for name in ("claimed_at", "closed_at")),
)


def upgrade() -> None:
    """Take back appeals beside another open application, then make the index anew."""
    now, taken_back = datetime.now(UTC), _appeals_beside_another()
    _refuse_several_open(taken_back)
    for number in taken_back:
        _take_back(number, now)
    op.drop_index(_INDEX, table_name="applications")
    op.create_index(
        _INDEX,
        "applications",
        ["person_id"],
        unique=True,
        sqlite_where=_IS_OPEN,
        postgresql_where=_IS_OPEN,
    )


def _appeals_beside_another() -> list[int]:
    """Return the numbers of reopened applications of holders who have an open one before them."""
    c, appealed = _APPLICATIONS.c, _HISTORY.c
    is_appeal = sa.and_(
        sa.text(_IS_HOLDER),
        sa.exists().where(appealed.case == c.id, appealed.event == "reexamine_holder"),
    )
    # All others come first: of several appeals the oldest application is kept.
    nth = sa.func.row_number().over(
        partition_by=c.person_id, order_by=(sa.case((is_appeal, 1), else_=0), c.number)
    )
    rows = sa.select(c.number, is_appeal.label("is_appeal"), nth.label("nth"))
    ordered = rows.where(_IS_OPEN).subquery()
    beside = sa.select(ordered.c.number).where(ordered.c.is_appeal, ordered.c.nth > 1)
    return list(op.get_bind().scalars(beside))


def _refuse_several_open(taken_back: Sequence[int]) -> None:
    c = _APPLICATIONS.c
    rows = sa.select(c.person_id).where(_IS_OPEN, c.number.not_in(taken_back))
    several = rows.group_by(c.person_id).having(sa.func.count() > 1).order_by(c.person_id)
    if persons := list(op.get_bind().scalars(several)):
        raise ValueError(
            f"persons with several open applications: {', '.join(persons)}; see docs/issuance.md, "
            '"Rows that contradict each other"; nothing was changed'
        )


def _take_back(number: int, now: datetime) -> None:
    """Have the examiners' confirmation stand again, and say why in the history."""
    connection, c = op.get_bind(), _APPLICATIONS.c
    case = connection.execute(sa.select(_APPLICATIONS).where(c.number == number)).one()
    connection.execute(
        sa.update(_APPLICATIONS)
        .where(c.number == number)
        .values(
            state="refused",
            state_since=now,
            revision=case.revision + 1,
            identification_due=False,
            refusal_reason=_REFUSAL,
            appeal_granted_by="",
            change=None,
        )
    )
    connection.execute(
        sa.insert(_HISTORY).values(
            case=case.id,
            office=case.office,
            event="confirm_duplicate",
            source="handed_over",
            target="refused",
            by="service:issuance",
            reason=_REASON,
            at=now,
            source_since=case.state_since,
            **dict.fromkeys(_TEXTS, ""),
        )
    )
    task = _TASKS.c
    withdrawn = sa.update(_TASKS).where(task.case == case.id, task.closed_at.is_(None))
    values = {"state": "withdrawn", "claimed_by": None, "claimed_at": None, "closed_at": now}
    connection.execute(withdrawn.values(values))
