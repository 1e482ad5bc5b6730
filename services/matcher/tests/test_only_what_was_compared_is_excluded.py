"""NO_HIT is said only of fingers that were compared with what people have on record."""

import pytest
from passport.matcher.v1 import identification_pb2 as pb

from .caller import Caller
from .conftest import Callers, Matchers
from .people import fingers, given, sample, template

NO_HIT, UNDECIDED = pb.OUTCOME_NO_HIT, pb.OUTCOME_UNDECIDED
PREDICTED_FNIR = pb.UNDECIDED_REASON_PREDICTED_FNIR
NOTHING_COMPARED = pb.UNDECIDED_REASON_NOTHING_COMPARED
THUMBS, BOTH_INDEX = (1, 6), (2, 7)


@pytest.fixture
def registry(matchers: Matchers, callers: Callers) -> Caller:
    """A caller of a matcher of its own, on whose record nobody is."""
    matcher = matchers()
    matcher.start()
    return callers(matcher)


async def test_fingers_that_nobody_has_on_record_exclude_nobody(
    registry: Caller, someone: int
) -> None:
    for person in range(someone, someone + 3):
        await registry.enrol(f"{person}", fingers(person))

    decision = await registry.identify(given(fingers(someone, positions=THUMBS)))

    assert (decision.outcome, list(decision.undecided_reasons)) == (UNDECIDED, [NOTHING_COMPARED])
    assert (decision.predicted_fnir, list(decision.positions_compared)) == (1.0, [])
    assert decision.people_searched == 3
    assert await registry.decision(decision.decision_id) == decision


async def test_who_lacks_the_fingers_adds_its_share_to_the_predicted_fnir(
    registry: Caller, someone: int
) -> None:
    probe = given(fingers(someone))
    for person in range(someone + 1, someone + 20):
        await registry.enrol(f"{person}", fingers(person))
    everybody = await registry.identify(probe)
    await registry.enrol("thumbs", fingers(someone + 20, positions=THUMBS))
    but_one = await registry.identify(probe)
    for person in range(someone + 21, someone + 26):
        await registry.enrol(f"{person}", fingers(person, positions=THUMBS))
    but_six = await registry.identify(probe)

    assert everybody.predicted_fnir < 0.01
    assert but_one.predicted_fnir == pytest.approx(1 / 20, abs=0.01)
    assert but_six.predicted_fnir == pytest.approx(6 / 25, abs=0.01)
    assert (everybody.outcome, but_one.outcome) == (NO_HIT, NO_HIT)
    assert (but_six.outcome, list(but_six.undecided_reasons)) == (UNDECIDED, [PREDICTED_FNIR])
    assert list(but_six.positions_compared) == [*BOTH_INDEX]


async def test_one_common_finger_is_predicted_as_one(registry: Caller, someone: int) -> None:
    await registry.enrol("right", [sample(2, template(someone + 1, 2))])
    await registry.enrol("left", [sample(7, template(someone + 2, 7))])

    one = await registry.identify(given([sample(2, template(someone, 2))]))
    two = await registry.identify(given(fingers(someone)))

    # Each of the two people has one of the fingers: as likely missed as by that finger alone.
    assert one.predicted_fnir > 0.5
    assert 0 < two.predicted_fnir < 0.2
    assert two.outcome == NO_HIT


async def test_where_nobody_is_on_record_nobody_is_missed(registry: Caller, someone: int) -> None:
    decision = await registry.identify(given(fingers(someone)))

    assert (decision.outcome, decision.people_searched) == (NO_HIT, 0)
    assert not decision.any_position
