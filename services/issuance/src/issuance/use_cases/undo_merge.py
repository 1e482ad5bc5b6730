"""Two persons who were merged by mistake are two again, once two examiners find that.

In one transaction: the applications and documents that the merge moved go back, with the
application that was examined and those since that the examiners name; each has the passport that it
would have. The matcher is asked afterwards. What it found of them as the other person is discarded.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from issuance.domain import case_identification
from issuance.domain.actor import Actor
from issuance.domain.application_type import ApplicationType
from issuance.domain.case import Case
from issuance.domain.document import DocumentStatus
from issuance.domain.events import ApplicationEvent
from issuance.domain.history import EventDetails
from issuance.domain.merge_undoing import (
    is_confirmed,
    is_found_since,
    require_latest,
    require_no_part,
    require_not_undone,
    require_since,
    valid_again,
)
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.person_merge import PersonMerge, UndoProposal
from issuance.domain.states import FINAL_STATES, ApplicationState
from issuance.store.records import Records
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.create_application import compared_with_earlier
from issuance.use_cases.discard_evidence import discard_evidence


async def undo_merge(
    records: Records,
    task_id: str,
    applications: Collection[str],
    reason: str,
    by: Actor,
    now: datetime,
    apply_transition: ApplyTransition,
    new_id: Callable[[], str],
) -> PersonMerge:
    """Propose to undo a merge, or undo it if another examiner has proposed the same.

    applications: since the merge, that are of the person who was merged. Raises MergeNotFound,
    MergeUndone, MergedSince, NotSinceMerge, OwnCase, ExaminedBefore, SecondExaminerRequired,
    AtThePrinter.
    """
    merge = await _locked(records, task_id)
    require_not_undone(merge)
    require_latest(await records.person_merges.later_than(merge))
    cases = await _given_back(records, merge, applications)
    await _require_no_part(records, merge, applications, by)
    proposal = UndoProposal(by.person, reason, tuple(sorted(set(applications))), now)
    if not is_confirmed(merge.undo_proposal, proposal):
        proposed = replace(merge, undo_proposal=proposal)
        await records.person_merges.save_undoing(proposed)
        return proposed
    undone = replace(merge, undone_at=now, undone_by=by.person)
    await records.person_merges.save_undoing(undone)
    await _give_back_documents(records, merge, cases, by, now)
    details = EventDetails(reason=_reason(merge, reason))
    await records.adjudication_tasks.give_back(
        [case.id for case in cases], merge.into_person, merge.from_person
    )
    for case in cases:
        returned = await _returned(records, case, merge.from_person)
        event = ApplicationEvent.UNDO_MERGE
        moved = await apply_transition(records, returned, event, by, now, details)
        if await _has_encounters_to_move(records, merge, case.id):
            await apply_transition.move_encounters(records, moved)
        history = await records.history.of_case(case.id)
        if case.state is ApplicationState.IDENTIFYING or is_found_since(merge, history, case.id):
            await discard_evidence(
                records, moved, merge.into_person, now, reason, apply_transition, new_id
            )
    examined = await records.cases.get(merge.case)
    await apply_transition.add_merge(records, examined, merge.id, OutboxTaskKind.UNDO_MERGE)
    return undone


async def _locked(records: Records, task_id: str) -> PersonMerge:
    """Return a merge, after which nobody else merges persons or undoes it; see `lock_order`."""
    merge = await records.person_merges.get(task_id)
    under_way = await records.cases.open_of_person(merge.into_person)
    await records.cases.locked([case.id for case in under_way])
    await records.person_merges.lock()
    return await records.person_merges.get(task_id)


async def _given_back(
    records: Records, merge: PersonMerge, applications: Collection[str]
) -> Sequence[Case]:
    """Return the cases that become those of the person who was merged. Raises NotSinceMerge."""
    own = {merge.case, *merge.cases_moved}
    cases = await records.cases.locked({*own, *applications})
    theirs = [case for case in cases if case.person_id == merge.into_person]
    known = {case.id for case in theirs}
    for id in sorted(set(applications) - own):
        require_since(merge, await records.history.of_case(id) if id in known else (), id)
    return theirs


async def _require_no_part(
    records: Records, merge: PersonMerge, applications: Collection[str], by: Actor
) -> None:
    examined = {merge.case, *applications}
    histories = [entry for id in examined for entry in await records.history.of_case(id)]
    examiners = await records.adjudication_tasks.examiners_of(merge.case)
    require_no_part(by.person, histories, examiners)


async def _has_encounters_to_move(records: Records, merge: PersonMerge, case: str) -> bool:
    """Return whether the encounters of a case may not come back by the undoing at the matcher.

    Those that were not moved by the merge, but by what else the matcher was asked since; and those
    that would be moved again to the other person, by what it has not done.
    """
    return (
        case not in merge.cases_moved
        or await records.outbox.is_pending(case, OutboxTaskKind.SET_ENCOUNTER_STATUS)
        or await records.enrolments.is_acknowledged_since(case, merge.at)
    )


def _reason(merge: PersonMerge, second: str) -> str:
    """Return why a merge is undone, by both examiners."""
    found = f"{merge.from_person} is not {merge.into_person}"
    first = merge.undo_proposal
    return f"{found}: {second} ({first.by}: {first.reason})" if first else f"{found}: {second}"


async def _returned(records: Records, case: Case, person: str) -> Case:
    """Return a case as the person's again; one under way is compared with their documents."""
    returned = case_identification.linked_to(case, person)
    if case.state in FINAL_STATES:
        return returned
    return await compared_with_earlier(records, returned)


async def _give_back_documents(
    records: Records, merge: PersonMerge, cases: Sequence[Case], by: Actor, now: datetime
) -> None:
    """Give documents back with their cases, and make valid again what is revoked by the merge."""
    everything = await records.cases.of_persons([merge.into_person])
    handed_over = {case.id: case.handed_over_at for case in everything if case.handed_over_at}
    damaged = ApplicationType.REPLACEMENT_DAMAGED
    taken_in = {case.returned_document for case in everything if case.type is damaged}
    refused = {
        case.document_number for case in everything if case.state is ApplicationState.REFUSED
    }
    given_back = {case.id for case in cases}
    documents = await records.documents.of_person(merge.into_person)
    back = [each for each in documents if each.case in given_back]
    await records.documents.move(back, merge.from_person)
    for person, theirs in (
        (merge.from_person, back),
        (merge.into_person, [each for each in documents if each.case not in given_back]),
    ):
        last = valid_again(theirs, handed_over, taken_in | refused, merge.at)
        if last and not await records.open_items.is_superseded_book_destroyed(last.number):
            await records.person_merges.settle_valid_book(last.number)
            valid = last.changed(DocumentStatus.VALID, now, by.person)
            await records.documents.save(replace(valid, person_id=person))
