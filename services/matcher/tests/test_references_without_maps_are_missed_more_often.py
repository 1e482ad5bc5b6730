"""The predicted FNIR is that of pairs without maps, as far as those on record have none."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from matcher.calibration.score_calibration import ScoreCalibration
from matcher.comparison.comparator import PreparedFinger
from matcher.domain.shortlist import Impression, ReferencePerson
from matcher.ridge_map import RidgeMap, packed_map
from matcher.use_cases.predict_fnir import predicted_by_maps
from passport.matcher.v1 import identification_pb2

from .conftest import Callers, Matchers
from .models import comparator
from .people import BOTH_INDEX, fingers, given, minutiae
from .test_fingers_with_and_without_maps_meet import mapped

CALIBRATION = ScoreCalibration.load()
PLAIN = comparator().prepare(minutiae(1, 2))
MAPPED = replace(PLAIN, ridge_map=packed_map(RidgeMap(np.ones((9, 9), np.uint8), top=3, left=3)))
PROBE = dict.fromkeys(BOTH_INDEX, MAPPED)
WITH_MAPS = CALIBRATION.predicted_fnir([MAPPED] * 2, 9)
WITHOUT = CALIBRATION.predicted_fnir([PLAIN] * 2, 9)


def person(*of_fingers: Sequence[PreparedFinger]) -> ReferencePerson:
    """Somebody with these impressions of both index fingers."""
    return ReferencePerson(
        "somebody",
        False,
        {
            position: [Impression("encounter", each) for each in impressions]
            for position, impressions in zip(BOTH_INDEX, of_fingers, strict=True)
        },
    )


def predicted(*persons: ReferencePerson) -> float:
    """The predicted FNIR of a probe with maps, compared with these people."""
    return predicted_by_maps(
        PROBE, persons, lambda probe: CALIBRATION.predicted_fnir([*probe.values()], 9)
    )


def test_each_person_counts_with_what_it_has_on_record() -> None:
    both, one, neither = (
        person([MAPPED], [MAPPED, PLAIN]),
        person([MAPPED], [PLAIN]),
        person([PLAIN], [PLAIN]),
    )

    assert WITH_MAPS < WITHOUT
    assert predicted(both) == predicted() == WITH_MAPS
    assert predicted(neither) == predicted(one) == WITHOUT
    assert predicted(both, neither, neither, both) == pytest.approx((WITH_MAPS + WITHOUT) / 2)


async def test_a_search_and_a_verification_say_so(
    matchers: Matchers, callers: Callers, someone: int
) -> None:
    caller = callers(matchers().start())
    await caller.enrol("plain", fingers(someone))
    stored = identification_pb2.FingerSource(encounter_id="plain")

    mapped_probe, plain_probe = given(mapped(someone, 1)), given(fingers(someone, 1))

    search = await caller.identify(mapped_probe, threshold=9.0)
    search_without = await caller.identify(plain_probe, threshold=9.0)
    verification = await caller.verify(mapped_probe, stored)
    verification_without = await caller.verify(plain_probe, stored)

    assert search.predicted_fnir == search_without.predicted_fnir > 0
    assert verification.predicted_fnir == verification_without.predicted_fnir > 0
