"""Fingers whose ridges are mapped and fingers of minutiae alone find each other, each pair by the
comparison that both allow, and their decisions are made again."""

from matcher.calibration.score_calibration import ScoreCalibration
from matcher.comparison.comparator import Comparator
from matcher.comparison.descriptor import DescriptorTable
from matcher.comparison.likelihood import LikelihoodNetwork
from matcher.minutiae import Minutiae
from matcher.record import iso19794
from matcher.synthetic import LIVE_SCAN, generate_master
from matcher.synthetic.simulated_map import generate_mapped_template
from passport.matcher.v1 import encounters_pb2, identification_pb2
from passport.type.v1 import biometrics_pb2 as b

from .caller import hits
from .conftest import Callers, Matchers
from .matcher_process import TIMEOUT_SECONDS
from .people import BOTH_INDEX, fingers, given, minutiae, sample
from .replays import Output, replayed


def mapped(person: int, impression: int = 0) -> list[b.FingerSample]:
    """The same fingers as `fingers`, with maps of their ridges."""
    return [
        sample(
            position,
            iso19794.write(
                iso19794.FingerRecord(
                    position,
                    0,
                    generate_mapped_template(
                        generate_master(person * 16 + position),
                        impression,
                        capture_difficulty=LIVE_SCAN,
                    ),
                )
            ),
        )
        for position in BOTH_INDEX
    ]


def score(decision: identification_pb2.Decision) -> float:
    """The score of the first finger of the only candidate."""
    (candidate,) = decision.candidates
    return float(candidate.finger_scores[0].score.value)


async def test_each_pair_is_compared_by_what_both_have(
    matchers: Matchers, callers: Callers, someone: int, capsys: Output
) -> None:
    matcher = matchers().start()
    caller = callers(matcher)
    await caller.enrol("mapped", mapped(someone))
    await caller.enrol("plain", fingers(someone + 1))
    stored = identification_pb2.FingerSource(encounter_id="mapped")

    found = [
        await caller.identify(given(probe))
        for probe in (mapped(someone, 1), fingers(someone, 1), mapped(someone + 1, 1))
    ]
    with_maps = await caller.verify(given(mapped(someone, 1)), stored)
    without = await caller.verify(given(fingers(someone, 1)), stored)

    assert [hits(each) for each in found] == [
        ["person-of-mapped"], ["person-of-mapped"], ["person-of-plain"]
    ]  # fmt: skip
    assert score(with_maps) != score(without)
    assert abs(score(without) - _score_before(someone)) < 1e-5
    assert replayed(matcher, capsys) == (0, ["5 decisions: 5 SAME"])


async def test_the_map_is_kept_with_the_template(
    matchers: Matchers, callers: Callers, someone: int
) -> None:
    caller = callers(matchers().start())
    sent = mapped(someone)
    await caller.enrol("mapped", sent)
    request = encounters_pb2.GetTemplateRequest(
        encounter_id="mapped", position=b.FINGER_POSITION_RIGHT_INDEX
    )

    answer = await caller.encounters.GetTemplate(request, timeout=TIMEOUT_SECONDS)

    assert answer.template.data == sent[0].template.data
    assert iso19794.read(answer.template.data)[0].minutiae.ridge_map is not None


def _score_before(someone: int) -> float:
    """The score by the network and the calibration that know no maps."""
    network, calibration = LikelihoodNetwork.load().without_map, ScoreCalibration.load().without_map
    assert network is not None
    assert calibration is not None
    comparator = Comparator(DescriptorTable.load(), network)
    probe, reference = (
        comparator.prepare(_as_stored(someone, impression)) for impression in (1, 0)
    )
    raw = comparator.compare(probe, [reference])
    return float(calibration.finger_scores(raw, len(probe), len(reference))[0])


def _as_stored(person: int, impression: int) -> Minutiae:
    record = iso19794.FingerRecord(2, 0, minutiae(person, 2, impression))
    return iso19794.read(iso19794.write(record))[0].minutiae
