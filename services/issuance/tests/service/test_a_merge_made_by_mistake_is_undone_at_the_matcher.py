"""Examiners undo a merge by RPC: each person has the encounters again that were theirs."""

from collections.abc import Awaitable, Callable

import pytest
from passport.issuance.v1 import adjudication_pb2 as tasks
from passport.issuance.v1 import applications_pb2 as apps

from .callers import Refused
from .country import Country

LOOP, WHORL = b"loop", b"whorl"


async def _is_merged(country: Country) -> tuple[str, str]:
    """Ani renews, and two examiners take her for budi; return her application and their task."""
    country.matcher.enrol("ani", WHORL)
    country.matcher.enrol("budi", WHORL)
    kind = apps.APPLICATION_TYPE_RENEWAL
    id = (await country.applies(WHORL, type=kind, person_id="ani")).application_id
    task = (await country.task_of(id)).task_id
    for user in ("eko", "fitri"):
        examiner = country.examiner(user)
        await examiner("ClaimTask", tasks.ClaimTaskRequest(task_id=task))
        verdict = tasks.DecideTaskRequest(
            task_id=task, verdict=tasks.VERDICT_SAME_PERSON, reason="alike", person_id="budi"
        )
        await examiner("DecideTask", verdict)
    await country.until(_has_none(country, "ani"))
    return id, task


def _has_none(country: Country, person: str) -> Callable[[], Awaitable[bool]]:
    async def has_none() -> bool:
        return not country.matcher.encounters_of(person)

    return has_none


def _undoing(task: str, request_id: str = "", *applications: str) -> tasks.UndoMergeRequest:
    return tasks.UndoMergeRequest(
        request_id=request_id, task_id=task, reason="twins", application_ids=applications
    )


async def test_after_two_others_have_asked(country: Country) -> None:
    id, task = await _is_merged(country)

    proposed = await country.examiner("gita")("UndoMerge", _undoing(task))
    undone = await country.examiner("hana")("UndoMerge", _undoing(task, "hana-0001"))
    repeated = await country.examiner("hana")("UndoMerge", _undoing(task, "hana-0001"))

    async def is_given_back() -> bool:
        return country.matcher.encounters_of("ani") == sorted([id, "record-ani"])

    await country.until(is_given_back)
    assert country.matcher.encounters_of("budi") == ["record-budi"]
    assert not proposed.HasField("undone_at")
    assert undone.HasField("undone_at")
    assert repeated == undone
    assert (undone.from_person_id, undone.into_person_id) == ("ani", "budi")
    assert undone.undo_proposed_by.endswith("/user/gita/role/examiner")
    assert undone.undone_by.endswith("/user/hana/role/examiner")


async def test_an_examiner_of_another_office_does_not(country: Country) -> None:
    _, task = await _is_merged(country)

    with pytest.raises(Refused) as refusal:
        await country.caller("examiner", "gita", "JKT")("UndoMerge", _undoing(task))

    assert refusal.value.reason == "WRONG_OFFICE"


async def test_whoever_is_asked_to_confirm_reads_what_was_proposed(country: Country) -> None:
    id, task = await _is_merged(country)
    reading = tasks.GetMergeRequest(task_id=task)

    before = await country.examiner("hana")("GetMerge", reading)
    proposed = await country.examiner("gita")("UndoMerge", _undoing(task))
    read = await country.examiner("hana")("GetMerge", reading)
    listed = [
        await country.examiner("hana")("ListMerges", tasks.ListMergesRequest(person_id=person))
        for person in ("ani", "budi", "citra")
    ]

    assert (before.application_id, before.reason, before.undo_proposed_by) == (id, "alike", "")
    assert (read, read.undo_reason) == (proposed, "twins")
    assert read.HasField("undo_proposed_at")
    assert [list(answer.merges) for answer in listed] == [[read], [read], []]


async def test_merges_of_a_person_are_listed_in_pages(country: Country) -> None:
    _, task = await _is_merged(country)
    asked = tasks.ListMergesRequest(person_id="ani", page_size=1)

    first = await country.examiner("gita")("ListMerges", asked)
    asked.page_token = first.next_page_token
    second = await country.examiner("gita")("ListMerges", asked)

    assert [merge.task_id for merge in first.merges] == [task]
    assert (list(second.merges), second.next_page_token) == ([], "")


async def test_what_is_proposed_is_found_by_the_second_examiner(country: Country) -> None:
    _, task = await _is_merged(country)
    hana, anybody = country.examiner("hana"), tasks.ListMergesRequest()

    before = await hana("ListMerges", anybody)
    proposed = await country.examiner("gita")("UndoMerge", _undoing(task))
    listed = await hana("ListMerges", anybody)
    elsewhere = await country.caller("examiner", "hana", "JKT")("ListMerges", anybody)
    await hana("UndoMerge", _undoing(task))
    after = await hana("ListMerges", anybody)

    assert list(listed.merges) == [proposed]
    assert [list(each.merges) for each in (before, elsewhere, after)] == [[], [], []]


async def test_a_merge_is_read_by_whom_it_concerns(country: Country) -> None:
    _, task = await _is_merged(country)
    of_another = country.caller("examiner", "gita", "JKT")

    with pytest.raises(Refused) as unknown:
        await country.examiner("gita")("GetMerge", tasks.GetMergeRequest(task_id="nothing"))
    with pytest.raises(Refused) as elsewhere:
        await of_another("GetMerge", tasks.GetMergeRequest(task_id=task))
    listed = await of_another("ListMerges", tasks.ListMergesRequest(person_id="ani"))

    assert (unknown.value.reason, elsewhere.value.reason) == ("MERGE_NOT_FOUND", "WRONG_OFFICE")
    assert list(listed.merges) == []
