"""A decision says how many hits there were, also of those that it does not list."""

from .caller import Caller, hits
from .people import fingers, given


async def test_hits_beyond_the_candidates_are_counted(issuance: Caller, someone: int) -> None:
    for number in range(5):
        await issuance.enrol(f"{someone}-{number}", fingers(someone, impression=number))
    probe = given(fingers(someone, impression=9))

    some = await issuance.identify(probe, max_candidates=2)
    all_of_them = await issuance.identify(probe)

    assert (len(some.candidates), some.hits_total) == (2, 5)
    assert (len(hits(all_of_them)), all_of_them.hits_total) == (5, 5)
    assert hits(some) == hits(all_of_them)[:2]
    assert (await issuance.decision(some.decision_id)).hits_total == 5


async def test_a_verification_has_one_or_none(issuance: Caller, someone: int) -> None:
    probe = given(fingers(someone))

    same = await issuance.verify(probe, given(fingers(someone, impression=1)))
    other = await issuance.verify(probe, given(fingers(someone + 1)))

    assert (same.hits_total, other.hits_total) == (1, 0)
