"""A person who comes again is found as himself, and does not get in his own way."""

from passport.matcher.v1 import identification_pb2

from .caller import Caller, hits
from .people import fingers

FingerSource = identification_pb2.FingerSource


async def test_the_own_record_is_the_first_candidate(issuance: Caller, someone: int) -> None:
    person = f"p{someone}"
    for year in range(3):
        await issuance.enrol(f"{someone}-{year}", fingers(someone, year), person_id=person)

    renewal = await issuance.enrol(
        f"{someone}-now", fingers(someone, impression=3), person_id=person, check=True
    )

    assert hits(renewal.decision) == [person]
    best = renewal.decision.candidates[0]
    assert {each.encounter_id for each in best.finger_scores} <= {
        f"{someone}-{year}" for year in range(3)
    }


async def test_a_probe_does_not_find_itself(issuance: Caller, someone: int) -> None:
    person = f"p{someone}"
    for year in range(2):
        await issuance.enrol(f"{someone}-{year}", fingers(someone, year), person_id=person)

    by_encounter = await issuance.identify(FingerSource(encounter_id=f"{someone}-0"))
    by_person = await issuance.identify(FingerSource(person_id=person))

    evidence = by_encounter.candidates[0].finger_scores
    assert {each.encounter_id for each in evidence} == {f"{someone}-1"}
    assert hits(by_person) == []
    assert by_person.people_searched == by_encounter.people_searched - 1
