"""Which outbox tasks are due, postponed or leased, as conditions of queries. now: real time."""

from collections.abc import Sequence
from datetime import datetime

from servicekit.process.waits import latest_end
from sqlalchemy import ColumnElement, FromClause, and_, or_

from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.retry_policy import LongestWaits
from issuance.store.tables.outbox import outbox


def is_due(
    tasks: FromClause, kind: OutboxTaskKind, now: datetime, longest: LongestWaits
) -> Sequence[ColumnElement[bool]]:
    """Whether a task is of the kind and may be attempted."""
    c = tasks.c
    latest = latest_end(now, longest.postponement(kind))
    return (
        c.kind == kind,
        or_(c.not_before <= now, c.not_before > latest),
        c.refused_at.is_(None),
        is_free(tasks, now, longest),
    )


def is_postponed(now: datetime, longest: LongestWaits) -> ColumnElement[bool]:
    """Whether a task is to be attempted later."""
    c = outbox.c
    within = (
        and_(c.kind == kind, c.not_before <= latest_end(now, longest.postponement(kind)))
        for kind in OutboxTaskKind
    )
    return and_(c.not_before > now, c.refused_at.is_(None), or_(*within))


def is_free(tasks: FromClause, now: datetime, longest: LongestWaits) -> ColumnElement[bool]:
    """Whether no attempt of a task is under way."""
    until = tasks.c.leased_until
    return or_(until.is_(None), until < now, until > latest_end(now, longest.lease))


def is_leased(now: datetime, longest: LongestWaits) -> ColumnElement[bool]:
    """Whether an attempt of a task is under way."""
    return outbox.c.leased_until.between(now, latest_end(now, longest.lease))
