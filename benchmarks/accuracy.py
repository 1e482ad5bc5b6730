"""How well the matcher tells fingers apart: python benchmarks/accuracy.py FOLDER [SET=PPI ...]

FOLDER holds FINGER_IMPRESSION.png, or folders (sets) of them; 500 ppi unless told otherwise. All
templates go through an ISO/IEC 19794-2 record before anything is compared, as stored ones do.
"""

import argparse
import csv
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import nbis  # type: ignore[import-untyped, unused-ignore]
import numpy as np
from matcher.fingerprint.calibrate import finger_score
from matcher.fingerprint.compare import compare, prepare
from matcher.fingerprint.embedding import embed_many
from matcher.fingerprint.extract import Extractor
from matcher.fingerprint.image import decode
from matcher.fingerprint.iso19794 import FingerRecord, read, write
from matcher.fingerprint.minutiae import Minutiae
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Touch:
    """One image: its set, its finger (named with the set), its file and its minutiae."""

    set: str
    finger: str
    file: Path
    minutiae: Minutiae


def main() -> None:
    arguments = _arguments()
    ppi = {name: int(value) for name, value in (pair.split("=") for pair in arguments.ppi)}
    started = time.perf_counter()
    touches = load(arguments.folder, ppi)
    if len(touches) < 2:
        raise SystemExit(f"no FINGER_IMPRESSION.png in {arguments.folder} or its folders")
    print(f"{len(touches)} images, {len(touches) / (time.perf_counter() - started):.2f} a second")
    fingers = np.array([touch.finger for touch in touches])
    if arguments.shuffle:
        np.random.default_rng(0).shuffle(fingers)
    scores = _timed_scores(touches)
    report("minutiae comparison", touches, fingers, scores)
    calibration(touches, fingers, scores)
    vectors = embed_many([touch.minutiae for touch in touches]).astype(np.float64)
    report("embedding", touches, fingers, vectors @ vectors.T)
    if arguments.bozorth3:
        report("baseline: NBIS mindtct and Bozorth3", touches, fingers, bozorth3(touches, ppi))
    if arguments.scores:
        write_scores(arguments.scores, touches, fingers, scores)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("ppi", nargs="*", metavar="SET=PPI", help="resolution of a set")
    parser.add_argument("--scores", type=Path, help="write the raw score of every pair as CSV")
    parser.add_argument(
        "--shuffle", action="store_true", help="control: shuffled labels, EER 50 %%"
    )
    parser.add_argument("--bozorth3", action="store_true", help="measure the NBIS baseline too")
    return parser.parse_args()


def load(folder: Path, ppi: dict[str, int]) -> list[Touch]:
    extract = Extractor()
    touches = []
    for file in sorted([*folder.glob("*_*.png"), *folder.glob("*/*_*.png")]):
        name = file.parent.name
        found = extract(decode(file.read_bytes(), ppi.get(name, 500)))
        kept = read(write(FingerRecord(0, 0, found)))[0].minutiae
        touches.append(Touch(name, f"{name}/{file.stem.rsplit('_', 1)[0]}", file, kept))
    return touches


def _timed_scores(touches: Sequence[Touch]) -> Floats:
    prepared = [prepare(touch.minutiae) for touch in touches]
    compare(prepared[0], prepared[:1])
    started = time.perf_counter()
    prepared = [prepare(touch.minutiae) for touch in touches]
    per_finger = (time.perf_counter() - started) / len(touches)
    scores = np.zeros((len(touches), len(touches)))
    started = time.perf_counter()
    for i in range(len(touches) - 1):
        scores[i, i + 1 :] = compare(prepared[i], prepared[i + 1 :])
    pairs = len(touches) * (len(touches) - 1) / 2
    each = (time.perf_counter() - started) / pairs
    size = np.mean([finger.bits.nbytes + finger.place.nbytes for finger in prepared])
    print(f"prepare {per_finger * 1e3:.2f} ms and {size:.0f} bytes a finger")
    print(f"{1 / each:.0f} comparisons a second, {each * 1e3:.3f} ms each, one thread")
    return scores + scores.T


def report(title: str, touches: Sequence[Touch], fingers: NDArray[np.str_], scores: Floats) -> None:
    first, second = np.triu_indices(len(touches), 1)
    mates = fingers[first] == fingers[second]
    pair_scores = scores[first, second]
    sets = np.array([touch.set for touch in touches])
    print(f"\n{title}")
    for name in np.unique(sets):
        inside = (sets[first] == name) & (sets[second] == name)
        print(f"  {name}: {equal_error(pair_scores[inside], mates[inside])}")
    print(f"  pooled: {equal_error(pair_scores, mates)}")
    for fmr in (1e-2, 1e-3, 1e-4, 0.0):
        missed = int(missed_mates(pair_scores, mates, fmr).sum())
        print(f"    FNMR {missed / mates.sum():.2%} ({missed}) at FMR {fmr:g}")
    for rank in (1, 10, 100):
        print(f"  leave one out, mate among the first {rank}: {among(scores, fingers, rank):.2%}")
    ahead = one_mate(scores, fingers)
    for rank in (1, 10, 100):
        share = (ahead < rank).mean()
        print(f"  single mate, {len(ahead)} searches, among the first {rank}: {share:.2%}")


def calibration(touches: Sequence[Touch], fingers: NDArray[np.str_], scores: Floats) -> None:
    sizes = np.array([len(prepare(touch.minutiae)) for touch in touches])
    first, second = np.triu_indices(len(touches), 1)
    strangers = fingers[first] != fingers[second]
    calibrated = finger_score(scores[first, second], sizes[first], sizes[second])
    print(f"\ncalibration, {strangers.sum()} impostor pairs")
    for promised in (1, 2, 3, 4):
        above = int((calibrated[strangers] >= promised).sum())
        missed = calibrated[~strangers] < promised
        observed = f"observed {above / strangers.sum():.1e} ({above})"
        rate = f"FNMR {missed.mean():.2%} ({missed.sum()})"
        print(f"  FMR promised 1e-{promised}, {observed}, {rate}")


def equal_error(scores: Floats, mates: Flags) -> str:
    """EER, the mean of FMR and FNMR at the threshold where they are nearest, and both in counts."""
    genuine, impostor = np.sort(scores[mates]), np.sort(scores[~mates])
    thresholds = np.unique(scores)
    missed = np.searchsorted(genuine, thresholds)
    raised = len(impostor) - np.searchsorted(impostor, thresholds)
    fnmr, fmr = missed / max(1, len(genuine)), raised / max(1, len(impostor))
    nearest = np.abs(fnmr - fmr).argmin()
    counts = f"{missed[nearest]} of {len(genuine)} mates missed, {raised[nearest]} of "
    return f"EER {(fnmr + fmr)[nearest] / 2:.2%} ({counts}{len(impostor)} strangers taken)"


def missed_mates(scores: Floats, mates: Flags, fmr: float) -> Flags:
    """Which mates are at or below the impostor score that `fmr` of the impostors reach."""
    impostor = np.sort(scores[~mates])
    return np.asarray(scores[mates] <= impostor[-max(1, int(len(impostor) * fmr))])


def among(scores: Floats, fingers: NDArray[np.str_], rank: int) -> float:
    """Share of images one of whose mates is among the `rank` best of all others."""
    own = np.where(np.eye(len(scores), dtype=bool), -np.inf, scores)
    best = np.argsort(-own, axis=1)[:, : min(rank, len(scores) - 1)]
    return float((fingers[best] == fingers[:, None]).any(axis=1).mean())


def one_mate(scores: Floats, fingers: NDArray[np.str_]) -> NDArray[np.int64]:
    """For each ordered pair of mates, how many strangers are as near to the probe or nearer."""
    ahead = []
    for i, row in enumerate(scores):
        strangers = np.sort(row[fingers != fingers[i]])
        mates = np.delete(np.flatnonzero(fingers == fingers[i]), (fingers[:i] == fingers[i]).sum())
        ahead.append(len(strangers) - np.searchsorted(strangers, row[mates]))
    return np.concatenate(ahead)


def bozorth3(touches: Sequence[Touch], ppi: dict[str, int]) -> Floats:
    """Scores of what NIST's open tools find and say."""
    found = []
    for touch in touches:
        settings = nbis.NbisExtractorSettings(
            min_quality=0.0, get_center=False, check_fingerprint=False, compute_nfiq2=False,
            ppi=float(ppi.get(touch.set, 500)),
        )  # fmt: skip
        extractor = nbis.new_nbis_extractor(settings)
        found.append(extractor.extract_minutiae(touch.file.read_bytes()))
    return np.array([[one.compare(other) for other in found] for one in found], np.float64)


def write_scores(
    path: Path, touches: Sequence[Touch], fingers: NDArray[np.str_], scores: Floats
) -> None:
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["probe", "candidate", "mates", "raw_score"])
        for i, j in combinations(range(len(touches)), 2):
            names = (f"{touches[k].set}/{touches[k].file.stem}" for k in (i, j))
            rows.writerow([*names, int(fingers[i] == fingers[j]), f"{scores[i, j]:.6f}"])


if __name__ == "__main__":
    main()
