"""Outages as messages of the contract."""

from collections.abc import Sequence

from passport.issuance.v1 import outages_pb2 as pb

from issuance.service.encode_values import timestamp
from issuance.service.enum_codes import OUTAGE_SCOPES
from issuance.store.outage_records import OutageChange, OutageRecord


def outage(record: OutageRecord, changes: Sequence[OutageChange] = ()) -> pb.Outage:
    """Return an outage, with what was recorded of it."""
    outage = record.outage
    return pb.Outage(
        outage_id=record.id,
        scope=OUTAGE_SCOPES[outage.scope],
        office=outage.office,
        cause=outage.cause,
        automatic=outage.automatic,
        began_at=timestamp(outage.began),
        ended_at=timestamp(outage.ended),
        expected_end=timestamp(outage.expected_end),
        declared_by=outage.declared_by,
        applications=record.cases or 0,
        revision=record.revision,
        changes=[_outage_change(change) for change in changes],
    )


def _outage_change(change: OutageChange) -> pb.OutageChange:
    return pb.OutageChange(
        revision=change.revision,
        by=change.by,
        at=timestamp(change.at),
        cause=change.outage.cause,
        began_at=timestamp(change.outage.began),
        ended_at=timestamp(change.outage.ended),
        expected_end=timestamp(change.outage.expected_end),
    )
