"""How far the embedding alone carries: python benchmarks/embedding.py FOLDER --dpi 500

Real fingers are searched among their like and among synthetic people, who have two fingers each.
How many strangers come before a mate grows as the gallery does: what is found among the first 10 of
100,000 would be found among the first 100 of a million.
"""

import argparse
import time
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from matcher.embedding.embedding_network import EmbeddingNetwork
from matcher.evaluation.collection import Print, collect, resolutions
from matcher.evaluation.reading import read_all
from matcher.extraction.extractor import Extractor
from matcher.minutiae import Minutiae
from matcher.synthetic import COMPETITION, impress, master
from numpy.typing import NDArray

RANKS = (1, 10, 100, 1000)
FIRST_SEED = 2_000_000_000
"""Training counts from 3e9, calibration from 4e9, demonstrations from 0."""
CHUNK = 500

Floats = NDArray[np.float32]
Counts = NDArray[np.int64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dpi", action="append", default=[], metavar="DPI or SET=DPI")
    parser.add_argument("--people", type=int, default=100_000, help="synthetic; default 100000")
    arguments = parser.parse_args()
    prints = collect(arguments.folder, resolutions(arguments.dpi)).prints
    extractor = Extractor()
    whole, half = (
        read_all(extractor, prints, workers=1, hard=hard).minutiae for hard in (False, True)
    )
    report(EmbeddingNetwork.load(), prints, whole, half, arguments.people)


def report(
    network: EmbeddingNetwork,
    prints: Sequence[Print],
    whole: Sequence[Minutiae | None],
    half: Sequence[Minutiae | None],
    people: int,
) -> None:
    print(network.version)
    fingers = np.array([f"{each.set}/{each.finger}" for each in prints])
    gallery, halves = _embedded(network, whole), _embedded(network, half)
    among_real(prints, fingers, gallery)
    strangers = synthetic(network, people)
    mates = (fingers[:, None] == fingers) & ~np.eye(len(fingers), dtype=bool)
    for name, probes in (("whole", gallery), ("halves, turned", halves)):
        nearer = _ahead_of_mates(probes, gallery, strangers[0], mates)
        _say(f"single mate, {name}, among {people} synthetic fingers", nearer)
        both = list(_two_fingers(prints, probes, gallery, strangers))
        _say(f"mate person, two fingers, {name}, among {people} synthetic people", both)


def among_real(prints: Sequence[Print], fingers: NDArray[np.str_], vectors: Floats) -> None:
    similar = vectors @ vectors.T
    same = fingers[:, None] == fingers
    np.fill_diagonal(similar, -2)
    _say("leave one out, any mate", _nearer(similar, same, same))
    impressions = np.array([each.impression for each in prints])
    first = impressions == impressions.min()
    rest = np.ix_(~first, first)
    _say("one impression a finger", _nearer(similar[rest], same[rest], same[rest]))
    singles = [
        (row[~mate] >= score).sum()
        for row, mate in zip(similar, same, strict=True)
        for score in row[mate & (row > -2)]
    ]
    _say("single mate among real strangers", singles)


def synthetic(network: EmbeddingNetwork, people: int) -> tuple[Floats, Floats]:
    """Embeddings of a first and a second finger, (people, 256) each."""
    started = time.process_time()
    vectors = np.concatenate(
        [_strangers(network, FIRST_SEED, at) for at in range(0, 2 * people, CHUNK)]
    )
    seconds = time.process_time() - started
    print(f"{2 * people} synthetic templates made and embedded, {seconds:.0f} s", flush=True)
    _time(network)
    return vectors[:people], vectors[people : 2 * people]


def _strangers(network: EmbeddingNetwork, first: int, at: int) -> Floats:
    seeds = range(first + at, first + at + CHUNK)
    return network.embed_many([impress(master(seed), 0, hardness=COMPETITION) for seed in seeds])


def _time(network: EmbeddingNetwork) -> None:
    found = [impress(master(seed), 0) for seed in range(FIRST_SEED, FIRST_SEED + 2000)]
    started = time.process_time()
    network.embed_many(found)
    print(f"{len(found) / (time.process_time() - started):.0f} templates a second of one core")


def _embedded(network: EmbeddingNetwork, found: Sequence[Minutiae | None]) -> Floats:
    """As the index holds them; what could not be read is nowhere."""
    there = [k for k, each in enumerate(found) if each is not None]
    vectors = np.zeros((len(found), 256), np.float32)
    embeddings = network.embed_many([each for each in found if each is not None])
    vectors[there] = embeddings.astype(np.float16)
    return vectors


def _nearer(similar: Floats, mates: NDArray[np.bool_], same: NDArray[np.bool_]) -> Counts:
    """For each row, how many strangers come before its best mate."""
    best = np.where(mates, similar, -2).max(axis=1)
    nearer: Counts = ((similar >= best[:, None]) & ~same).sum(axis=1)
    return nearer


def _ahead_of_mates(
    probes: Floats, gallery: Floats, strangers: Floats, mates: NDArray[np.bool_]
) -> Counts:
    """For each ordered pair of mates, how many strangers are nearer to the probe."""
    ahead = []
    for probe, own in zip(probes, mates, strict=True):
        others = np.sort(strangers @ probe)
        ahead.append(len(others) - np.searchsorted(others, gallery[own] @ probe))
    return np.concatenate(ahead)


def _two_fingers(
    prints: Sequence[Print], probes: Floats, gallery: Floats, strangers: tuple[Floats, Floats]
) -> Iterable[int]:
    """How many persons `rules.shortlist` takes before the mate: two fingers of a set are a person.

    All pairs of fingers, touched twice each; the list is that of the best of either finger and of
    the sum, read in step.
    """
    index = {(each.set, each.finger, each.impression): k for k, each in enumerate(prints)}
    touches = sorted({each.impression for each in prints})
    for name in sorted({each.set for each in prints}):
        fingers = sorted({each.finger for each in prints if each.set == name})
        for pair in combinations(fingers, 2):
            for touch in touches:
                rows = [index.get((name, finger, touch), -1) for finger in pair]
                if min(rows) < 0:
                    continue
                lists = [side @ probes[row] for side, row in zip(strangers, rows, strict=True)]
                lists.append(lists[0] + lists[1])
                for other in touches:
                    own = [index.get((name, finger, other), -1) for finger in pair]
                    if other != touch and min(own) >= 0:
                        alike = [
                            float(probes[a] @ gallery[b]) for a, b in zip(rows, own, strict=True)
                        ]
                        yield _taken_before(lists, [*alike, sum(alike)])


def _taken_before(lists: Sequence[Floats], mate: Sequence[float]) -> int:
    place = min(int((row >= score).sum()) for row, score in zip(lists, mate, strict=True))
    if place == 0:
        return 0
    last = [np.partition(row, len(row) - place)[len(row) - place] for row in lists]
    return int(np.any([row >= least for row, least in zip(lists, last, strict=True)], axis=0).sum())


def _say(what: str, ahead: Sequence[int] | Counts) -> None:
    counts = np.asarray(ahead)
    shares = ", ".join(f"{rank}: {(counts < rank).mean():.2%}" for rank in RANKS)
    print(f"{what}, {len(counts)} searches, among the first {shares}", flush=True)


if __name__ == "__main__":
    main()
