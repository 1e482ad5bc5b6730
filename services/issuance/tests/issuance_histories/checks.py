"""What must be true of the records after every step of a history."""

from collections import Counter
from collections.abc import Iterable, Sequence

from issuance.domain.activity import Activity
from issuance.domain.application_type import ApplicationType
from issuance.domain.case import Case
from issuance.domain.document import DocumentStatus
from issuance.domain.events import ApplicationEvent
from issuance.domain.finger_check import MOST_TRIES, FingerCheck, FingerCheckRule
from issuance.domain.history import INTAKE_EVENTS, HistoryEntry
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.separation_of_duties import APPROVALS, is_among
from issuance.domain.states import ApplicationState
from issuance.store.records import Records
from issuance.store.tables.outbox import outbox
from issuance.store.tables.printing import unrecorded_print_events
from issuance.use_cases.application_details import application_details
from sqlalchemy import select

from .history import History
from .neighbours import ON_RECORD
from .steps import FINGER_CHECKS, Snapshot, is_over
from .watching import Watcher

_GOOD = (DocumentStatus.MADE, DocumentStatus.VALID)
_MISSING = (DocumentStatus.LOST, DocumentStatus.STOLEN)
_SETTLED = {ApplicationEvent.CONFIRM_DUPLICATE, ApplicationEvent.REJECT_BIOMETRICS}
"""What ends the identification of who has an emergency document, besides that itself."""
_DECIDES_WHAT = {
    ApplicationEvent.REQUEST_EMERGENCY_DOCUMENT,
    ApplicationEvent.CANCEL_EMERGENCY_DOCUMENT,
    ApplicationEvent.DISCARD_VERIFICATION,
    ApplicationEvent.IDENTIFY,
    ApplicationEvent.REFER_TO_EXAMINERS,
    ApplicationEvent.RETAKE_BIOMETRICS,
    ApplicationEvent.REJECT_BIOMETRICS,
    ApplicationEvent.REOPEN_UNIDENTIFIED,
}
_CHANGES = {
    ApplicationEvent.REQUEST_EMERGENCY_DOCUMENT,
    ApplicationEvent.CORRECT_DATA,
    ApplicationEvent.SUBMIT_PORTRAIT,
}
_UNDOES_APPROVAL = (
    ApplicationEvent.CORRECT_DATA,
    ApplicationEvent.RETAKE_BIOMETRICS,
    ApplicationEvent.REFUSE,
    ApplicationEvent.FAIL_PRINT,
    ApplicationEvent.REQUIRE_PORTRAIT,
)


async def check(history: History) -> None:
    """Check all that must be true at any time, but for what histories show at the end."""
    found = await history.read()
    check_persons(found)
    check_merges(found)
    _check_reported(history, found)
    check_taken_in(found)
    await _check_way_on(history, found.cases)


def check_persons(found: Snapshot) -> None:
    """No person has two valid passports or two open applications, no application two passports."""
    valid = [each.person_id for each in found.documents if each.status is DocumentStatus.VALID]
    _check_each_once(valid, "two valid passports")
    good = [each.case for each in found.documents if each.status in _GOOD]
    _check_each_once(good, "two passports of one application")
    open_cases = [case.person_id for case in found.cases if not is_over(case)]
    _check_each_once(open_cases, "two open applications")


def check_merges(found: Snapshot) -> None:
    """Nothing is left of a person who turned out to be another one, and nothing comes back."""
    persons = {case.person_id for case in found.cases}
    persons |= {document.person_id for document in found.documents}
    assert not persons.intersection(found.merged), found


def check_taken_in(found: Snapshot) -> None:
    """No damaged book that was handed in, and replaced, is valid."""
    replaced = {
        case.returned_document
        for case in found.cases
        if case.type is ApplicationType.REPLACEMENT_DAMAGED and case.handed_over_at
    }
    valid = {each.number for each in found.documents if each.status is DocumentStatus.VALID}
    assert not valid & replaced, found


def _check_reported(history: History, found: Snapshot) -> None:
    """Whatever was reported lost or stolen stays that."""
    reported = {each.number for each in found.documents if each.status in _MISSING}
    assert history.reported <= reported, found.documents
    history.reported = reported


def _check_each_once(found: Iterable[str], problem: str) -> None:
    assert all(number == 1 for number in Counter(found).values()), (problem, found)


async def check_approvals(history: History) -> None:
    """Whatever was released had been approved, by somebody who neither took it in nor examined it.

    Whoever approves does not examine later either.
    """
    for case, entries in (await history.events()).items():
        async with history.workflow.store.read() as records:
            examiners = await records.adjudication_tasks.examiners_of(case)
        for index, entry in enumerate(entries):
            if entry.event is ApplicationEvent.RELEASE:
                _check_approval(entries[:index])
            if entry.event in (ApplicationEvent.APPROVE, ApplicationEvent.APPROVE_BOOK):
                assert not is_among(entry.person, examiners), entries


def _check_approval(before: Sequence[HistoryEntry]) -> None:
    deciding = {ApplicationEvent.APPROVE, *_UNDOES_APPROVAL}
    approval = next(entry for entry in reversed(before) if entry.event in deciding)
    assert approval.event is ApplicationEvent.APPROVE, before
    _check_two_approvals(before)
    taken_in_by = [each.person for each in before if each.event in INTAKE_EVENTS]
    assert not is_among(approval.person, taken_in_by), before


def _check_two_approvals(before: Sequence[HistoryEntry]) -> None:
    """Two people approved an emergency document of somebody who was not identified by then."""
    last = next((each.event for each in reversed(before) if each.event in _DECIDES_WHAT), None)
    if last is not ApplicationEvent.REQUEST_EMERGENCY_DOCUMENT:
        return
    changed = [index for index, each in enumerate(before) if each.event in _CHANGES]
    approvals = [each for each in before[changed[-1] :] if each.event in APPROVALS]
    first = next(each for each in approvals if each.event is ApplicationEvent.APPROVE_FIRST)
    others = [each for each in approvals if not is_among(each.person, [first.person])]
    assert any(each.event is ApplicationEvent.APPROVE for each in others), before


async def check_hand_overs(history: History) -> None:
    """Whoever got a passport had been identified with the fingers that were taken last.

    Whoever got an emergency document is by the end, or what they gave could not be used.
    """
    deciding = (
        ApplicationEvent.SUBMIT_BIOMETRICS,
        ApplicationEvent.CONFIRM_DIFFERENT_FINGERS,
        ApplicationEvent.VERIFY,
        ApplicationEvent.IDENTIFY,
        ApplicationEvent.CLEAR,
        ApplicationEvent.LINK_PERSON,
    )
    for entries in (await history.events()).values():
        events = [each.event for each in entries]
        if ApplicationEvent.HAND_OVER in events:
            last = next(each for each in reversed(events) if each in deciding)
            afterwards = events[events.index(ApplicationEvent.HAND_OVER) :]
            emergency = ApplicationEvent.REQUEST_EMERGENCY_DOCUMENT in events
            assert last in deciding[2:] or (emergency and _SETTLED & {*afterwards}), entries
        for index, entry in enumerate(entries):
            if entry.event is ApplicationEvent.HAND_OVER:
                _check_fingers(entry, entries[:index])


def _check_fingers(hand_over: HistoryEntry, before: Sequence[HistoryEntry]) -> None:
    """After fingers that differed, or where a check is required, nothing goes without one.

    But for an emergency document that the matcher could not check, where none had differed: it is
    away, or has nothing of the holder yet.
    """
    events = [entry.event for entry in before]
    failed = events.count(ApplicationEvent.FAIL_FINGER_CHECK)
    is_required = FINGER_CHECKS.rule(hand_over.office) is FingerCheckRule.REQUIRED
    if not failed and not is_required:
        return
    found = hand_over.details.finger_check
    away = found in (FingerCheck.MATCHER_UNAVAILABLE, FingerCheck.NOT_ON_RECORD) and not failed
    emergency = ApplicationEvent.REQUEST_EMERGENCY_DOCUMENT in events
    assert found in (FingerCheck.MATCH, FingerCheck.WAIVED) or (away and emergency), before
    if found is FingerCheck.WAIVED:
        assert ApplicationEvent.WAIVE_FINGER_CHECK in events, before
    assert failed <= MOST_TRIES, before


async def check_merged_at_the_matcher(history: History) -> None:
    """Each encounter is at the matcher that person's whose it is here, once all work is done."""
    await history.a_good_day()
    async with history.workflow.store.read() as records:
        merges = await records.person_merges.all()
        persons = {
            encounter: await _person_of(records, encounter) for encounter in history.matcher.persons
        }
    assert history.matcher.persons == persons, merges
    made_and_undone = {each.matcher_merge for each in merges if each.undone_at is not None} - {""}
    assert made_and_undone == history.matcher.undone, merges


async def _person_of(records: Records, encounter: str) -> str:
    """Return whose an encounter has to be; it may be of a person from before."""
    if encounter.startswith(ON_RECORD):
        return await records.person_merges.current(encounter.removeprefix(ON_RECORD))
    return (await records.cases.get(encounter.partition(".")[0])).person_id


async def _check_way_on(history: History, cases: Sequence[Case]) -> None:
    async with history.workflow.store.read() as records:
        tasks = await records.connection.execute(select(outbox.c.case, outbox.c.kind))
        pending = {(row.case, row.kind) for row in tasks}
        c = unrecorded_print_events.c
        items = set(await records.connection.scalars(select(c.case)))
        holders = await records.unidentified_holders.of_cases([case.id for case in cases])
        unidentified = {holder.case for holder in holders}
    examined = {task.case for task in await history.workflow.tasks()}
    for case in cases:
        match case.state:
            case ApplicationState.IDENTIFYING | ApplicationState.BOOK_HELD:
                assert (case.id, OutboxTaskKind.IDENTIFY) in pending, case
            case ApplicationState.REFUSED | ApplicationState.WITHDRAWN:
                assert (case.id, OutboxTaskKind.IDENTIFY) not in pending, case
            case ApplicationState.HANDED_OVER if case.identification_due:
                assert case.makes_emergency_document, case
                assert case.id in unidentified, case
            case ApplicationState.READY if case.identification_due:
                assert case.makes_emergency_document, case
                assert (case.id, OutboxTaskKind.IDENTIFY) in pending, case
            case _ if case.identification_due:
                assert (case.id, OutboxTaskKind.IDENTIFY) in pending, case
            case ApplicationState.AWAITING_APPROVAL if case.is_at_the_printer:
                assert history.is_to_be_heard_of(case), case
            case ApplicationState.ADJUDICATION:
                assert case.id in examined, case
            case ApplicationState.PRINTING if (case.id, OutboxTaskKind.PRINT) not in pending:
                assert case.id in items or history.is_to_be_heard_of(case), case
            case _:
                pass


async def check_machines(history: History) -> None:
    """No approved case waits while machines have nothing to do."""
    flow = history.workflow
    for office in flow.offices.values():
        day = office.calendar.day_of(flow.now_is)
        open_now = office.calendar.opening(day) <= flow.now_is < office.calendar.closing(day)
        if not office.calendar.is_working_day(day) or not open_now:
            continue
        async with flow.store.read() as records:
            if await _is_out(records, office.id):
                continue
            released = await records.queue.count_released(office.id, day)
        capacity = await history.books_today(office)
        approved = [
            case
            for case in (await history.read()).cases
            if case.office == office.id and case.state is ApplicationState.APPROVED
        ]
        assert not approved or released >= capacity, (office.id, released, capacity, approved)


async def check_lists(history: History, watcher: Watcher) -> None:
    """Whoever watches knows every state, and the late applications are listed, no others."""
    flow = history.workflow
    cases = (await history.read()).cases
    await watcher.looks()
    assert watcher.states == {case.id: case.state for case in cases}
    async with flow.store.read() as records:
        details = await application_details(records, flow.offices, cases, flow.now_is)
    late = {each.case.id for each in details if each.late_since}
    assert {each.case.id for each in (await flow.stuck()).late} == late


async def _is_out(records: Records, office: str) -> bool:
    ongoing = (await records.outages.ongoing()).values()
    return any(each.affects(office) and each.stops(Activity.PRINTING) for each in ongoing)
