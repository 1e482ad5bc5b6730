import numpy as np
from matcher.minutiae import Minutiae
from matcher.synthetic import (
    LIVE_SCAN,
    MasterFingerprint,
    generate_master,
    generate_template,
    same_flow_impostor,
)
from matcher.synthetic.ridge_field import ridge_orientation

from ..models import comparator  # noqa: TID252


def template(finger: MasterFingerprint, impression: int) -> Minutiae:
    return generate_template(finger, impression, capture_difficulty=LIVE_SCAN)


def test_it_has_the_ridge_field_but_not_the_minutiae() -> None:
    original = generate_master(5)

    other = same_flow_impostor(original, 9)

    assert (other.pattern, other.field, other.seed) == (original.pattern, original.field, 9)
    ridge = np.array([ridge_orientation(other.field, x, y) for x, y in other.xy])
    assert np.mean(np.abs(np.cos(other.angle - ridge)) > np.cos(0.4)) > 0.9
    apart = np.hypot(*(original.xy[:, None] - other.xy[None]).transpose(2, 0, 1))
    assert np.median(apart.min(axis=1)) > 5.0


def test_the_same_original_and_seed_give_the_same_impostor() -> None:
    original = generate_master(5)

    assert np.array_equal(same_flow_impostor(original, 9).xy, same_flow_impostor(original, 9).xy)
    assert not np.array_equal(
        same_flow_impostor(original, 9).xy, same_flow_impostor(original, 10).xy
    )


def test_they_score_above_unrelated_impostors_and_below_mated() -> None:
    originals = [generate_master(seed) for seed in range(40)]
    probes = [comparator().prepare(template(original, 1)) for original in originals]

    def median(others: list[MasterFingerprint]) -> float:
        pairs = zip(probes, others, strict=True)
        return float(
            np.median(
                [
                    comparator().compare(probe, [comparator().prepare(template(o, 2))])[0]
                    for probe, o in pairs
                ]
            )
        )

    unrelated = median([generate_master(1000 + seed) for seed in range(40)])
    assert (
        unrelated
        < median([same_flow_impostor(original, 7) for original in originals])
        < median(originals)
    )
