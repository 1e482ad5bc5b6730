"""What an applicant is told of a transition of their application."""

from issuance.domain.case import Case
from issuance.domain.collection_hours import CollectionHours
from issuance.domain.notices import (
    Notice,
    NoticeKind,
    collection_reminder,
    emergency_ready_notice,
    identification_due_notice,
    identity_settled_notice,
    not_collected_notice,
    promised_date_notice,
    ready_notice,
    recapture_notice,
    refused_notice,
    tentative_date_notice,
)
from issuance.store.records import Records


async def notice_of_transition(
    records: Records, kind: NoticeKind, case: Case, hours: CollectionHours
) -> Notice:
    """Return the notice of a kind about a case after the transition. hours: of its office.

    Raises ValueError for a kind that no transition sends.
    """
    promised = case.promised_collection_date or hours.calendar.day_of(case.state_since)
    if kind is NoticeKind.PROMISED_DATE:
        notice = tentative_date_notice if case.date_tentative else promised_date_notice
        return notice(case.id, promised, hours)
    if kind is NoticeKind.READY and case.makes_emergency_document and case.expires_on:
        return emergency_ready_notice(case.id, case.expires_on)
    if kind is NoticeKind.READY:
        return ready_notice(case.id, promised, hours)
    if kind is NoticeKind.RECAPTURE:
        return recapture_notice(case.id)
    if kind is NoticeKind.REFUSED and case.refusal_reason:
        return refused_notice(case.id, case.refusal_reason)
    if kind is NoticeKind.COLLECTION_REMINDER and case.collect_until:
        return collection_reminder(case.id, case.collect_until)
    if kind is NoticeKind.NOT_COLLECTED:
        return not_collected_notice(case.id)
    if kind is NoticeKind.IDENTITY_SETTLED:
        valid = await records.documents.valid_of(case.person_id)
        has_passport = valid is not None and valid.case != case.id
        return identity_settled_notice(case.id, has_passport=has_passport)
    if kind is NoticeKind.IDENTIFICATION_DUE:
        return identification_due_notice(case.id)
    raise ValueError(f"a transition cannot send {kind} about an application {case.state}")
