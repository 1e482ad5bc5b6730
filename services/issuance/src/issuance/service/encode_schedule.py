"""Notices and rows of the collection schedule as messages of the contract."""

from passport.issuance.v1 import schedule_pb2 as pb

from issuance.domain.collection_schedule import ScheduleRow
from issuance.domain.reference import format_reference
from issuance.serialization import calendar_date
from issuance.service.encode_values import localized_text, optional_date, timestamp
from issuance.service.enum_codes import NOTICE_DELIVERIES, NOTICE_KINDS
from issuance.store.notice_records import NoticeRecord


def notice(record: NoticeRecord) -> pb.Notice:
    """Return a notice that was sent."""
    return pb.Notice(
        notice_id=record.id,
        application_id=record.notice.application,
        office=record.office,
        kind=NOTICE_KINDS[record.notice.kind],
        collect_on=optional_date(record.notice.collect_on),
        as_if_outage_ended_now=record.notice.as_if_outage_ended_now,
        text=localized_text(record.notice.text),
        reference=format_reference(record.reference),
        at=timestamp(record.at),
        delivery=NOTICE_DELIVERIES[record.delivery],
        delivered_at=timestamp(record.delivered_at),
        delivery_problem=record.problem,
    )


def schedule_row(row: ScheduleRow) -> pb.ScheduleRow:
    """Return one row of the collection schedule."""
    return pb.ScheduleRow(
        applied_on=calendar_date(row.applied_on),
        collect_on=optional_date(row.collect_on),
        count=row.count,
        if_outage_ended_now=optional_date(row.if_ended_now),
    )
