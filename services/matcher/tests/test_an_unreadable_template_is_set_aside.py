"""A stored template that cannot be read is reported and left out; all others are served."""

from typing import Any

from passport.matcher.v1 import (
    admin_pb2,
    admin_pb2_grpc,
    encounters_pb2,
    identification_pb2,
)
from passport.type.v1 import biometrics_pb2

from services.databases import execute

from .caller import hits, refusal
from .conftest import Callers, Matchers
from .matcher_process import Matcher
from .people import fingers, given

LEFT_INDEX = biometrics_pb2.FINGER_POSITION_LEFT_INDEX


def _template(matcher: Matcher, encounter_id: str, position: int) -> bytes:
    statement = "SELECT template FROM fingers WHERE encounter_id = :id AND position = :position"
    ((template,),) = execute(matcher.database_url, statement, id=encounter_id, position=position)
    return bytes(template)


def _set_template(matcher: Matcher, encounter_id: str, position: int, template: bytes) -> None:
    execute(
        matcher.database_url,
        "UPDATE fingers SET template = :template WHERE encounter_id = :id AND position = :position",
        template=template,
        id=encounter_id,
        position=position,
    )


def _person(person_id: str) -> identification_pb2.FingerSource:
    return identification_pb2.FingerSource(person_id=person_id)


async def test_others_are_served_and_decisions_say_who_is_incomplete(
    matchers: Matchers, callers: Callers, someone: int
) -> None:
    matcher = matchers()
    matcher.start()
    caller = callers(matcher)
    for name, number in (("half", 0), ("none", 1), ("whole", 2)):
        await caller.enrol(name, fingers(someone + number))
    matcher.kill()
    whole_record = _template(matcher, "half", 2)
    _set_template(matcher, "half", 2, whole_record[:-3])
    _set_template(matcher, "none", 2, b"")
    _set_template(matcher, "none", 7, b"\xff" * 100)

    matcher.start()
    caller = callers(matcher)
    status = matcher.status()
    admin: Any = admin_pb2_grpc.MatcherAdminStub(
        callers(matcher, tls=matcher.identity(office="BJM")).channel
    )
    told_an_office = await admin.GetStatus(admin_pb2.GetStatusRequest())
    probe_of_half = given(fingers(someone, impression=1))
    probe_of_whole = given(fingers(someone + 2, impression=1))
    searched = await caller.identify(probe_of_half)
    by_person = await caller.identify(_person("person-of-half"))
    verified = await caller.verify(probe_of_half, _person("person-of-half"))
    others = await caller.verify(probe_of_whole, _person("person-of-whole"))
    refused = await refusal(caller.verify(probe_of_whole, _person("person-of-none")))

    assert status.level == admin_pb2.SERVICE_LEVEL_FULL
    assert (status.unreadable_templates, [*status.unreadable_encounter_ids]) == (
        3,
        ["half", "none"],
    )
    assert told_an_office.unreadable_templates == 3
    assert not told_an_office.unreadable_encounter_ids
    assert (status.people, status.fingers) == (3, 3)
    assert hits(searched) == ["person-of-half"]
    assert [score.position for score in searched.candidates[0].finger_scores] == [LEFT_INDEX]
    assert (searched.people_searched, searched.incomplete_people) == (3, 2)
    assert by_person.incomplete_people == 2
    assert (verified.outcome, verified.incomplete_people) == (searched.outcome, 1)
    assert others.incomplete_people == 0
    assert (refused.code, refused.reason, refused.fields) == (
        "FAILED_PRECONDITION", "UNREADABLE_TEMPLATE", ["reference"],
    )  # fmt: skip

    await caller.set_status("none", encounters_pb2.ENCOUNTER_STATUS_INACTIVE)
    without = await caller.identify(probe_of_whole)
    await caller.set_status("none", encounters_pb2.ENCOUNTER_STATUS_ACTIVE)
    again = await caller.identify(probe_of_whole)
    assert (without.incomplete_people, again.incomplete_people) == (1, 2)

    matcher.stop()
    _set_template(matcher, "half", 2, whole_record)
    matcher.start()
    repaired = matcher.status()
    assert repaired.snapshot_change == 5
    assert (repaired.unreadable_templates, [*repaired.unreadable_encounter_ids]) == (2, ["none"])
    decision = await callers(matcher).verify(probe_of_half, _person("person-of-half"))
    assert decision.incomplete_people == 0
    assert len(decision.candidates[0].finger_scores) == 2
