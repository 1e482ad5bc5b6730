"""Candidates become adjudication tasks: one examiner clears, two different ones confirm."""

import pytest
from passport.issuance.v1 import adjudication_pb2 as tasks
from passport.issuance.v1 import applications_pb2 as apps
from passport.issuance.v1 import offices_pb2

from .callers import Refused
from .country import Country

CLEARED, DUPLICATE = tasks.VERDICT_CLEARED, tasks.VERDICT_DUPLICATE


async def test_a_duplicate_is_refused_by_two_examiners(country: Country) -> None:
    country.matcher.enrol("somebody-else", b"whorl")
    id = (await country.applies(b"whorl")).application_id
    task = await country.task_of(id)

    assert task.cause == tasks.TASK_CAUSE_OTHER_PERSON_FOUND
    assert [(c.person_id, c.score.value) for c in task.candidates] == [("somebody-else", 9.0)]
    once = await country.examines("budi", task.task_id, DUPLICATE)
    assert once.state == tasks.TASK_STATE_OPEN
    assert await country.state(id) == "ADJUDICATION"
    with pytest.raises(Refused, match="SECOND_EXAMINER_REQUIRED"):
        await country.examines("budi", task.task_id, DUPLICATE)

    twice = await country.examines("citra", task.task_id, DUPLICATE)

    assert twice.state == tasks.TASK_STATE_CONFIRMED
    refused = await country.application(id)
    assert refused.state == apps.APPLICATION_STATE_REFUSED
    assert refused.refusal_reason.en == "the applicant is on record under another identity"
    assert (await country.notices(id))[-1] == ("REFUSED", "")
    await country.until(lambda: _is(country, id, "FRAUD"))
    with pytest.raises(Refused, match="TASK_CLOSED"):
        await country.examines("dewi", task.task_id, CLEARED)


async def test_every_examiner_sees_that_more_were_found_than_are_listed(country: Country) -> None:
    for number in range(12):
        country.matcher.enrol(f"somebody-{number}", b"whorl")
    task = await country.task_of((await country.applies(b"whorl")).application_id)

    once = await country.examines("budi", task.task_id, DUPLICATE)
    second = await country.caller("examiner", "citra", "BJM")("ListTasks", tasks.ListTasksRequest())
    elsewhere = await country.caller("examiner", "eko", "MTP")(
        "ListTasks", tasks.ListTasksRequest()
    )

    assert (len(task.candidates), task.hits_total) == (10, 12)
    assert once.hits_total == 12
    assert [(each.task_id, each.hits_total) for each in second.tasks] == [(task.task_id, 12)]
    assert not elsewhere.tasks


async def test_an_applicant_who_waits_to_be_cleared_holds_up_no_book(country: Country) -> None:
    await _small_printing(country)
    country.matcher.false_matches[b"look-alike"] = "somebody-else"
    first = (await country.applies(b"look-alike")).application_id
    second = (await country.applies()).application_id
    third = (await country.applies()).application_id
    task = await country.task_of(first)
    await country.approves(second, third)

    await country.reaches(second, "READY")
    await country.reaches(third, "READY")
    await country.examines("budi", task.task_id, CLEARED)
    await country.approves(first)

    printed = [(await country.application(id)).document_number for id in (second, third)]
    assert country.printer.document_numbers == printed
    assert await country.state(first) == "APPROVED"
    await country.until(lambda: _is(country, first, "ACTIVE"))


async def test_a_third_examiner_settles_a_dispute(country: Country) -> None:
    country.matcher.false_matches[b"look-alike"] = "somebody-else"
    id = (await country.applies(b"look-alike")).application_id
    task = await country.task_of(id)

    await country.examines("budi", task.task_id, DUPLICATE)
    disputed = await country.examines("citra", task.task_id, CLEARED)
    settled = await country.examines("dewi", task.task_id, CLEARED)

    assert disputed.state == tasks.TASK_STATE_OPEN
    assert [look.verdict for look in settled.examinations] == [DUPLICATE, CLEARED, CLEARED]
    assert await country.state(id) == "AWAITING_APPROVAL"


async def test_nobody_examines_an_application_they_took_in(country: Country) -> None:
    country.matcher.enrol("somebody-else", b"whorl")
    task = await country.task_of((await country.applies(b"whorl")).application_id)

    for office in ("national", "BJM"):
        request = tasks.ClaimTaskRequest(task_id=task.task_id)
        with pytest.raises(Refused, match="OWN_CASE"):
            await country.caller("examiner", "siti", office)("ClaimTask", request)


async def test_another_certificate_makes_nobody_another_person(country: Country) -> None:
    country.matcher.enrol("somebody-else", b"whorl")
    country.callers["officer", "siti", "BJM"] = country.caller("officer", "siti", "national")
    task = await country.task_of((await country.applies(b"whorl")).application_id)
    await country.examines("budi", task.task_id, DUPLICATE)

    for user, reason in (("siti", "OWN_CASE"), ("budi", "SECOND_EXAMINER_REQUIRED")):
        request = tasks.ClaimTaskRequest(task_id=task.task_id)
        with pytest.raises(Refused, match=reason):
            await country.caller("examiner", user, "BJM")("ClaimTask", request)


async def test_a_claimed_task_is_nobody_elses(country: Country) -> None:
    country.matcher.enrol("somebody-else", b"whorl")
    task = await country.task_of((await country.applies(b"whorl")).application_id)
    claim = tasks.ClaimTaskRequest(task_id=task.task_id)
    release = tasks.ReleaseTaskRequest(task_id=task.task_id)

    await country.examiner("budi")("ClaimTask", claim)
    with pytest.raises(Refused, match="TASK_TAKEN"):
        await country.examiner("citra")("ClaimTask", claim)
    with pytest.raises(Refused, match="TASK_NOT_CLAIMED"):
        await country.examiner("citra")("ReleaseTask", release)
    await country.examiner("budi")("ReleaseTask", release)

    claim.request_id = ""
    taken = await country.examiner("citra")("ClaimTask", claim)
    assert taken.claimed_by.endswith("/user/citra/role/examiner")


async def _small_printing(country: Country) -> None:
    request = offices_pb2.SetCapacityRequest(office="BJM", machines=2, books_per_machine_per_day=1)
    await country.supervisor("SetCapacity", request)


async def _is(country: Country, id: str, status: str) -> bool:
    return country.matcher.status(id) == status
