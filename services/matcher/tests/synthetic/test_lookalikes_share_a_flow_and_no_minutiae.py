import numpy as np
from matcher.minutiae import Minutiae
from matcher.synthetic import LIVE_SCAN, Master, impress, lookalike, master
from matcher.synthetic.field import orientation

from ..models import comparator  # noqa: TID252


def seen(finger: Master, touch: int) -> Minutiae:
    return impress(finger, touch, hardness=LIVE_SCAN)


def test_a_lookalike_has_the_ridges_but_not_the_minutiae() -> None:
    flow = master(5)

    other = lookalike(flow, 9)

    assert (other.pattern, other.field, other.seed) == (flow.pattern, flow.field, 9)
    ridge = np.array([orientation(other.field, x, y) for x, y in other.xy])
    assert np.mean(np.abs(np.cos(other.angle - ridge)) > np.cos(0.4)) > 0.9
    apart = np.hypot(*(flow.xy[:, None] - other.xy[None]).transpose(2, 0, 1))
    assert np.median(apart.min(axis=1)) > 5.0


def test_the_same_flow_and_seed_give_the_same_lookalike() -> None:
    flow = master(5)

    assert np.array_equal(lookalike(flow, 9).xy, lookalike(flow, 9).xy)
    assert not np.array_equal(lookalike(flow, 9).xy, lookalike(flow, 10).xy)


def test_lookalikes_score_above_other_strangers_and_below_mates() -> None:
    flows = [master(seed) for seed in range(40)]
    probes = [comparator().prepare(seen(flow, 1)) for flow in flows]

    def median(others: list[Master]) -> float:
        pairs = zip(probes, others, strict=True)
        return float(
            np.median(
                [
                    comparator().compare(probe, [comparator().prepare(seen(o, 2))])[0]
                    for probe, o in pairs
                ]
            )
        )

    strangers = median([master(1000 + seed) for seed in range(40)])
    assert strangers < median([lookalike(flow, 7) for flow in flows]) < median(flows)
