"""Two persons on record become one, with all that is kept of them.

In the transaction of the verdict: the applications that have ended and the documents of the one
become the other's, and of two valid passports one is revoked. The matcher is asked afterwards.
"""

from datetime import datetime

from issuance.domain import case_identification
from issuance.domain.actor import Actor
from issuance.domain.case import Case
from issuance.domain.document import RevocationCause
from issuance.domain.events import ApplicationEvent
from issuance.domain.history import EventDetails
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.person_merge import MergePending, PersonMerge, superseded_document
from issuance.store.records import Records
from issuance.use_cases.apply_transition import ApplyTransition

_ENCOUNTERS = OutboxTaskKind.SET_ENCOUNTER_STATUS


async def has_a_past(records: Records, case: Case) -> bool:
    """Return whether there is more on record of the person of a case than the case itself.

    A person whom a renewal or replacement names has been enrolled before, wherever that was. A
    document counts also if it was made of the case itself (an emergency document, a held book),
    since it has to become the other person's.
    """
    others = await _others(records, case)
    documents = await records.documents.of_person(case.person_id)
    return case.type.claims_record or case.linked or bool(others or documents)


async def merge_persons(
    records: Records,
    case: Case,
    into: str,
    id: str,
    by: Actor,
    now: datetime,
    reason: str,
    apply_transition: ApplyTransition,
) -> None:
    """Make the person of a case another one on record, but for the case itself.

    id: of the merge. Neither of both has another application that has not ended. Raises
    MergePending: the matcher is asked for one merge by an application after the other.
    """
    if await records.outbox.is_pending(case.id, OutboxTaskKind.MERGE_PERSONS):
        raise MergePending("the matcher has still to make the earlier merge", field="task_id")
    details = EventDetails(reason=f"{case.person_id} is {into}: {reason}")
    others = await records.cases.locked(await _others(records, case))
    for other in others:
        moved, event = case_identification.linked_to(other, into), ApplicationEvent.MERGE_PERSON
        moved = await apply_transition(records, moved, event, by, now, details)
        if other.linked and await records.outbox.is_pending(other.id, _ENCOUNTERS):
            await apply_transition.move_encounters(records, moved)
    superseded = await _merge_documents(records, case.person_id, into, by, now)
    merge = PersonMerge(
        id, case.person_id, into, case.id, case.office, now, by.person, reason,
        superseded_document=superseded, cases_moved=tuple(other.id for other in others),
    )  # fmt: skip
    await records.person_merges.add(merge)
    await apply_transition.add_merge(records, case, merge.id)


async def _others(records: Records, case: Case) -> list[str]:
    """Return the ids of the other applications of the person of a case."""
    own = await records.cases.of_persons([case.person_id])
    return [each.id for each in own if each.id != case.id]


async def _merge_documents(
    records: Records, person: str, into: str, by: Actor, now: datetime
) -> str:
    """Make the documents of one person another's; return the number of one that is revoked."""
    own = await records.documents.of_person(person)
    older = superseded_document([*own, *await records.documents.of_person(into)])
    if older:
        cause = RevocationCause.TWO_VALID_PASSPORTS
        await records.documents.save(older.superseded(cause, now, by.person))
    await records.documents.move(own, into)
    return older.number if older else ""
