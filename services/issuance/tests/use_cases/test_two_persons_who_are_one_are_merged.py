"""Two persons on record who turn out to be one are one from then on, with all that is kept."""

from dataclasses import replace
from itertools import count, pairwise

import pytest
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.case import Case
from issuance.domain.case_errors import ApplicationOpen
from issuance.domain.encounter_change import EncounterStatus
from issuance.domain.events import ApplicationEvent
from issuance.domain.open_item import OpenItemNotFound, ReasonDoesNotFit, ResolutionReason
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.person_merge import SupersededBook
from issuance.domain.states import ApplicationState
from issuance.store.records import Records
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.merge_at_matcher import MergeAtMatcher
from issuance.use_cases.ports import NotYet, Unavailable

from .emergencies import has_emergency_document
from .merging import (
    ANI,
    BUDI,
    RENEWAL,
    SAME,
    MergingMatcher,
    has_passport,
    is_linked,
    merges,
    moves_encounters,
    renews_and_is_found_twice,
)
from .people import identity
from .remembering_matcher import RememberingMatcher
from .workflow import Workflow

HADI = identity("hadi", "supervisor")


async def _pending(workflow: Workflow, id: str) -> bool:
    async with workflow.store.read() as records:
        return await records.outbox.is_pending(id, OutboxTaskKind.MERGE_PERSONS)


async def test_applications_and_documents_become_those_of_one(workflow: Workflow) -> None:
    earlier = await has_passport(workflow, "ani")

    new = await renews_and_is_found_twice(workflow)

    assert [(await workflow.case(id)).person_id for id in (earlier, new)] == ["budi", "budi"]
    assert await workflow.documents("budi") == [(earlier, "valid")]
    assert await workflow.documents("ani") == []
    last = (await workflow.history(earlier))[-1]
    assert (last.event, last.details.reason) == (
        ApplicationEvent.MERGE_PERSON,
        "ani is budi: seen",
    )
    assert await workflow.state(earlier) is ApplicationState.HANDED_OVER


async def test_of_two_valid_passports_the_later_one_stays_and_the_other_is_taken_in(
    workflow: Workflow,
) -> None:
    of_budi = await has_passport(workflow, "budi")
    workflow.clock("2018-10-29 09:00")
    of_ani = await has_passport(workflow, "ani")

    new = await renews_and_is_found_twice(workflow)
    (item,) = await workflow.open_items()

    revoked = (await workflow.case(of_budi)).document_number
    assert await workflow.documents("budi") == [(of_budi, "revoked"), (of_ani, "valid")]
    assert isinstance(item[1], SupersededBook)
    assert (item[1].case, item[1].document_number) == (new, revoked)

    with pytest.raises(ReasonDoesNotFit):
        await workflow.settles(item[0], ResolutionReason.NOT_NEEDED, HADI)
    settled = await workflow.settles(item[0], ResolutionReason.BOOK_DESTROYED, HADI)
    with pytest.raises(OpenItemNotFound):
        await workflow.settles(item[0], ResolutionReason.BOOK_DESTROYED, HADI)
    assert (settled.document_number, await workflow.open_items()) == (revoked, [])


async def test_a_first_encounter_is_moved_and_nobody_is_merged(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_identified(BUDI)
    await is_linked(workflow, "budi")

    assert not await _pending(workflow, id)
    assert [each.person_id for each in await workflow.encounter_changes(id)] == ["budi"]


async def test_the_matcher_is_asked_once_it_answers(workflow: Workflow) -> None:
    id, matcher = await renews_and_is_found_twice(workflow), MergingMatcher(is_away=True)
    await moves_encounters(workflow)
    (task,) = await workflow.leases(OutboxTaskKind.MERGE_PERSONS)
    attempt = MergeAtMatcher(workflow.store, matcher)

    with pytest.raises(Unavailable):
        await attempt(task)
    waits = await _pending(workflow, id)
    matcher.is_away = False
    await attempt(task)
    await attempt(task)  # by a worker that has lost its lease

    async with workflow.store.read() as records:
        (merge,) = await records.person_merges.all()
    assert waits
    assert not await _pending(workflow, id)
    assert matcher.asked == [("ani", "budi", f"{task.request_id}-0")] * 2
    assert merge.matcher_merge == "merge of ani"


async def test_the_encounter_of_the_application_is_moved_first(workflow: Workflow) -> None:
    await renews_and_is_found_twice(workflow)
    matcher = MergingMatcher()
    (task,) = await workflow.leases(OutboxTaskKind.MERGE_PERSONS)
    attempt = MergeAtMatcher(workflow.store, matcher)

    with pytest.raises(NotYet):
        await attempt(task)
    before = list(matcher.asked)
    await moves_encounters(workflow)
    await attempt(task)

    assert (before, [asked[:2] for asked in matcher.asked]) == ([], [("ani", "budi")])


async def test_a_move_that_was_refused_holds_up_no_merge(workflow: Workflow) -> None:
    await renews_and_is_found_twice(workflow)
    matcher = MergingMatcher()
    (move,) = await workflow.leases(OutboxTaskKind.SET_ENCOUNTER_STATUS)
    await _set_aside(workflow, move)

    await merges(workflow, matcher)

    assert [asked[:2] for asked in matcher.asked] == [("ani", "budi")]


async def test_a_first_application_with_an_emergency_document_is_merged(
    emergencies: Workflow,
) -> None:
    id = await has_emergency_document(emergencies)
    await emergencies.is_identified(BUDI)

    await is_linked(emergencies, "budi")

    assert await emergencies.documents("budi") == [(id, "valid")]
    assert await _pending(emergencies, id)


async def test_a_withdrawal_takes_back_the_application_and_not_the_merge(
    workflow: Workflow,
) -> None:
    id, matcher = await renews_and_is_found_twice(workflow), MergingMatcher()

    await workflow.withdraws(id)
    await merges(workflow, matcher)

    assert [asked[:2] for asked in matcher.asked] == [("ani", "budi")]


@pytest.mark.parametrize("person", ["ani", "budi"])
async def test_either_name_finds_the_one_person(workflow: Workflow, person: str) -> None:
    first = await renews_and_is_found_twice(workflow)

    with pytest.raises(ApplicationOpen) as refusal:
        await workflow.brings_documents(type=RENEWAL, person_id=person)
    await workflow.withdraws(first)
    again = await workflow.applies(type=RENEWAL, person_id=person)
    await workflow.is_identified(ANI, BUDI)

    assert refusal.value.metadata == {"application_id": first}
    case = await workflow.case(again)
    assert (case.person_id, case.own_record_first) == ("budi", True)
    assert case.state is ApplicationState.AWAITING_APPROVAL, "the matcher has not merged them yet"


async def test_a_candidate_who_was_merged_meanwhile_is_whom_they_are_now(
    workflow: Workflow,
) -> None:
    first = await renews_and_is_found_twice(workflow)
    await workflow.withdraws(first)
    other = await workflow.applies()
    await workflow.is_identified(ANI)

    await is_linked(workflow, "ani")

    assert (await workflow.case(other)).person_id == "budi"


async def test_what_the_matcher_is_still_to_do_is_done_under_the_one_person(
    workflow: Workflow,
) -> None:
    earlier = await workflow.applies()
    await workflow.is_identified(ANI)
    await is_linked(workflow, "ani")
    await workflow.refuses(earlier)
    before = await workflow.encounter_changes(earlier)

    await renews_and_is_found_twice(workflow)

    assert [each.person_id for each in before] == ["ani"]
    assert await workflow.encounter_changes(earlier) == [replace(before[0], person_id="budi")]


async def test_a_chain_of_persons_has_one_end(workflow: Workflow) -> None:
    first = await renews_and_is_found_twice(workflow)
    await workflow.withdraws(first)
    second = await workflow.applies(type=RENEWAL, person_id="budi")
    await workflow.is_identified(BUDI, Candidate("citra", 10.0))
    await is_linked(workflow, "citra")

    async with workflow.store.read() as records:
        current = [await records.person_merges.current(each) for each in ("ani", "budi", "citra")]
        merged = await records.person_merges.merged_into("citra")

    matcher = MergingMatcher()
    await merges(workflow, matcher)

    assert [asked[:2] for asked in matcher.asked] == [("ani", "budi"), ("budi", "citra")]
    assert current == ["citra"] * 3
    assert merged == {"ani", "budi"}
    assert (await workflow.case(first)).person_id == (await workflow.case(second)).person_id


async def test_neither_may_have_another_application(workflow: Workflow) -> None:
    other = await workflow.applies(type=RENEWAL, person_id="budi")
    await workflow.is_known(other)
    await workflow.applies(type=RENEWAL, person_id="ani")
    await workflow.is_identified(ANI, BUDI)
    (task,) = await workflow.tasks()
    await workflow.examines(task.id, "eko", SAME, "budi")

    with pytest.raises(ApplicationOpen) as refusal:
        await workflow.examines(task.id, "fitri", SAME, "budi")
    await workflow.withdraws(other)
    await workflow.examines(task.id, "fitri", SAME, "budi")

    assert refusal.value.metadata == {"application_id": other}
    assert (await workflow.case(task.case)).person_id == "budi"


async def test_a_revoked_book_stays_revoked_since_when_it_was(workflow: Workflow) -> None:
    id = await workflow.becomes_ready(type=RENEWAL, person_id="ani")
    await workflow.withdraws(id)
    number = (await workflow.case(id)).document_number
    async with workflow.store.read() as records:
        before = await records.documents.get(number)
    workflow.clock("2018-10-29 09:00")

    await renews_and_is_found_twice(workflow)

    async with workflow.store.read() as records:
        after = await records.documents.get(number)
    assert (after.person_id, after.status, after.status_since) == (
        "budi", before.status, before.status_since,
    )  # fmt: skip


async def test_a_restored_matcher_is_asked_again(workflow: Workflow) -> None:
    id, matcher = await renews_and_is_found_twice(workflow), MergingMatcher()
    await merges(workflow, matcher)
    remembering = RememberingMatcher()
    await workflow.watches(remembering)
    done = await _pending(workflow, id)
    remembering.has(id, EncounterStatus.ACTIVE, "budi")
    remembering.epoch += "'"

    await workflow.watches(remembering)
    await merges(workflow, matcher)

    assert not done
    assert [asked[:2] for asked in matcher.asked] == [("ani", "budi")] * 2
    assert len({request for *_, request in matcher.asked}) == 2


async def test_a_merge_that_still_stands_keeps_the_id_by_which_it_is_undone(
    workflow: Workflow,
) -> None:
    id, matcher = await renews_and_is_found_twice(workflow), MergingMatcher()
    await merges(workflow, matcher)
    remembering = RememberingMatcher()
    await workflow.watches(remembering)
    remembering.has(id, EncounterStatus.ACTIVE, "budi")
    remembering.epoch += "'"
    matcher.has_merged = True

    await workflow.watches(remembering)
    await merges(workflow, matcher)

    async with workflow.store.read() as records:
        (merge,) = await records.person_merges.all()
    assert len(matcher.asked) == 2
    assert merge.matcher_merge == "merge of ani"


async def test_a_restart_while_merges_are_asked_for_again_forgets_none(
    workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    persons = ["ani", "budi", "citra", "dewi"]
    for person, other in pairwise(persons):
        id = await workflow.applies(type=RENEWAL, person_id=person)
        await workflow.is_identified(Candidate(person, 11.0), Candidate(other, 10.0))
        await is_linked(workflow, other)
        await merges(workflow, MergingMatcher())
        await workflow.withdraws(id)
    remembering, matcher = RememberingMatcher(), MergingMatcher()
    await workflow.watches(remembering)
    remembering.epoch += "'"
    _stops_after(2, monkeypatch)

    await workflow.watches(remembering)
    monkeypatch.undo()
    await workflow.watches(remembering)
    await merges(workflow, matcher)

    assert sorted(asked[0] for asked in matcher.asked) == ["ani", "budi", "citra"]


def _stops_after(merges: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the process end when it is about to ask for another merge."""
    add, left = ApplyTransition.add_merge, count(merges, -1)

    async def adding(
        self: ApplyTransition, records: Records, case: Case, merge: str, kind: OutboxTaskKind
    ) -> None:
        if not next(left):
            raise Unavailable("the process ends")
        await add(self, records, case, merge, kind)

    monkeypatch.setattr(ApplyTransition, "add_merge", adding)


async def test_refused_work_of_a_merge_is_an_open_item(workflow: Workflow) -> None:
    await renews_and_is_found_twice(workflow)
    (task,) = await workflow.leases(OutboxTaskKind.MERGE_PERSONS)
    await _set_aside(workflow, task)
    ((item, _),) = await workflow.open_items()

    await workflow.settles(item, ResolutionReason.DONE_BY_HAND, identity("ani", "administrator"))

    assert await workflow.open_items() == []


async def _set_aside(workflow: Workflow, task: OutboxTask) -> None:
    async with workflow.store.begin() as records:
        await records.stuck_work.refuse(task, workflow.real_now, "SUPERVISOR_NEEDED: known fraud")
