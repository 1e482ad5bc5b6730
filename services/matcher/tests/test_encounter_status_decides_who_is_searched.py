"""PENDING, ACTIVE and FRAUD are searched, INACTIVE and deleted are not; fraud is flagged."""

from passport.matcher.v1 import encounters_pb2, identification_pb2

from .caller import Caller, hits, refusal
from .people import fingers, given

PENDING = encounters_pb2.ENCOUNTER_STATUS_PENDING
ACTIVE = encounters_pb2.ENCOUNTER_STATUS_ACTIVE
INACTIVE = encounters_pb2.ENCOUNTER_STATUS_INACTIVE
FRAUD = encounters_pb2.ENCOUNTER_STATUS_FRAUD


async def test_inactive_is_not_found_until_it_is_active_again(
    issuance: Caller, someone: int
) -> None:
    await issuance.enrol(f"{someone}", fingers(someone))
    probe = given(fingers(someone, impression=1))

    await issuance.set_status(f"{someone}", INACTIVE)
    hidden = await issuance.identify(probe)
    await issuance.set_status(f"{someone}", ACTIVE)
    shown = await issuance.identify(probe)

    assert hidden.outcome == identification_pb2.OUTCOME_NO_HIT
    assert shown.people_searched == hidden.people_searched + 1
    assert hits(shown) == [f"person-of-{someone}"]


async def test_fraud_is_found_and_flagged(issuance: Caller, someone: int) -> None:
    await issuance.enrol(f"{someone}", fingers(someone))
    await issuance.set_status(f"{someone}", FRAUD)

    decision = await issuance.identify(given(fingers(someone, impression=1)))

    assert hits(decision) == [f"person-of-{someone}"]
    assert [c.known_fraud for c in decision.candidates if c.hit] == [True]


async def test_pending_is_found(issuance: Caller, someone: int) -> None:
    stored = (await issuance.enrol(f"{someone}", fingers(someone), check=True)).encounter

    decision = await issuance.identify(given(fingers(someone, impression=1)))

    assert stored.status == PENDING
    assert hits(decision) == [f"person-of-{someone}"]


async def test_what_is_deleted_is_gone(issuance: Caller, someone: int) -> None:
    await issuance.enrol(f"{someone}-a", fingers(someone))
    check = await issuance.enrol(f"{someone}-b", fingers(someone, impression=1), check=True)

    await issuance.delete(f"{someone}-a")
    decision = await issuance.identify(given(fingers(someone, impression=2)))
    draw = issuance.draw(check.decision.decision_id, f"person-of-{someone}-a")

    assert hits(decision) == [f"person-of-{someone}-b"]
    assert (await refusal(issuance.get(f"{someone}-a"))).code == "NOT_FOUND"
    assert (await refusal(draw)).reason == "EVIDENCE_GONE"


async def test_a_revision_seen_must_be_the_present_one(issuance: Caller, someone: int) -> None:
    await issuance.enrol(f"{someone}", fingers(someone))
    moved = await issuance.set_status(f"{someone}", INACTIVE, revision=1)

    refused = await refusal(issuance.set_status(f"{someone}", ACTIVE, revision=1))

    assert moved.revision == 2
    assert (refused.code, refused.reason) == ("ABORTED", "STALE_REVISION")
    assert (await issuance.get(f"{someone}")).status == INACTIVE
