"""Measures searches by the embedding alone: python benchmarks/embedding_identification.py FOLDER

Needs --dpi too, as `matcher evaluate` does. Real probes are searched among real fingers and among
synthetic people of two fingers each. The number of non-mated references ranked before a mated one
grows in proportion to all references: what is found at rank 10 among 100,000 would be found at rank
100 among a million.
"""

import argparse
import time
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from matcher.embedding.embedding_network import EmbeddingNetwork
from matcher.evaluation.image_collection import LabelledImage, find_images, parse_resolutions
from matcher.evaluation.template_extraction import extract_all
from matcher.extraction.extractor import Extractor
from matcher.minutiae import Minutiae
from matcher.synthetic import FVC2002, generate_master, generate_template
from numpy.typing import NDArray

RANKS = (1, 10, 100, 1000)
FIRST_SEED = 2_000_000_000
"""First synthetic finger; `matcher.training.finger_seeds` says which others are used."""
CHUNK = 500

Floats = NDArray[np.float32]
Counts = NDArray[np.int64]


def main() -> None:
    """Extract the images and print identification rates."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="images, or a folder of images for each set")
    parser.add_argument(
        "--dpi",
        action="append",
        default=[],
        metavar="[SET=]DPI",
        help="resolution of all sets, or of one; may be given several times",
    )
    parser.add_argument(
        "--people", type=int, default=100_000, help="synthetic people; default 100000"
    )
    options = parser.parse_args()
    images = find_images(options.folder, parse_resolutions(options.dpi)).images
    extractor = Extractor()
    whole, partial = (
        extract_all(extractor, images, workers=1, partial_probe=partial_probe).minutiae
        for partial_probe in (False, True)
    )
    report(EmbeddingNetwork.load(), images, whole, partial, options.people)


def report(
    network: EmbeddingNetwork,
    images: Sequence[LabelledImage],
    whole: Sequence[Minutiae | None],
    partial: Sequence[Minutiae | None],
    people: int,
) -> None:
    """Print the identification rates of whole and partial probes."""
    print(network.version)
    fingers = np.array([f"{each.set}/{each.finger}" for each in images])
    references, partial_probes = _embed(network, whole), _embed(network, partial)
    search_real(images, fingers, references)
    synthetic = embed_synthetic(network, people)
    mated = (fingers[:, None] == fingers) & ~np.eye(len(fingers), dtype=bool)
    for name, probes in (("whole", references), ("partial", partial_probes)):
        ahead = _ahead_of_single_mated(probes, references, synthetic[0], mated)
        _print_rates(f"single mated reference, {name}, among {people} synthetic fingers", ahead)
        persons = list(_persons_ahead(images, probes, references, synthetic))
        _print_rates(f"person of two fingers, {name}, among {people} synthetic people", persons)


def search_real(
    images: Sequence[LabelledImage], fingers: NDArray[np.str_], vectors: Floats
) -> None:
    """Print the identification rates among the real fingers alone."""
    similarity = vectors @ vectors.T
    same = fingers[:, None] == fingers
    np.fill_diagonal(similarity, -2)
    _print_rates("leave one out, any mated reference", _ahead_of_best(similarity, same))
    impressions = np.array([each.impression for each in images])
    first = impressions == impressions.min()
    rest = np.ix_(~first, first)
    _print_rates("one reference per finger", _ahead_of_best(similarity[rest], same[rest]))
    single = [
        (row[~mated] >= score).sum()
        for row, mated in zip(similarity, same, strict=True)
        for score in row[mated & (row > -2)]
    ]
    _print_rates("single mated reference among real fingers", single)


def embed_synthetic(network: EmbeddingNetwork, people: int) -> tuple[Floats, Floats]:
    """Return embeddings of a first and of a second finger, (people, 256) each."""
    started = time.process_time()
    starts = range(0, 2 * people, CHUNK)
    vectors = np.concatenate([_embed_chunk(network, start) for start in starts])
    seconds = time.process_time() - started
    print(f"{2 * people} synthetic templates made and embedded, {seconds:.0f} s", flush=True)
    _time_embedding(network)
    return vectors[:people], vectors[people : 2 * people]


def _embed_chunk(network: EmbeddingNetwork, start: int) -> Floats:
    seeds = range(FIRST_SEED + start, FIRST_SEED + start + CHUNK)
    return network.embed_many(
        [generate_template(generate_master(seed), 0, capture_difficulty=FVC2002) for seed in seeds]
    )


def _time_embedding(network: EmbeddingNetwork) -> None:
    seeds = range(FIRST_SEED, FIRST_SEED + 2000)
    templates = [generate_template(generate_master(seed), 0) for seed in seeds]
    started = time.process_time()
    network.embed_many(templates)
    print(f"{len(templates) / (time.process_time() - started):.0f} templates a second of one core")


def _embed(network: EmbeddingNetwork, found: Sequence[Minutiae | None]) -> Floats:
    """Return embeddings as the index stores them, zero for what could not be read."""
    readable = [k for k, each in enumerate(found) if each is not None]
    vectors = np.zeros((len(found), 256), np.float32)
    embeddings = network.embed_many([each for each in found if each is not None])
    vectors[readable] = embeddings.astype(np.float16)
    return vectors


def _ahead_of_best(similarity: Floats, mated: NDArray[np.bool_]) -> Counts:
    """Count, for each row, the non-mated references ranked before the best mated one."""
    best = np.where(mated, similarity, -2).max(axis=1)
    ahead: Counts = ((similarity >= best[:, None]) & ~mated).sum(axis=1)
    return ahead


def _ahead_of_single_mated(
    probes: Floats, references: Floats, synthetic: Floats, mated: NDArray[np.bool_]
) -> Counts:
    """Count, for each ordered mated pair, the synthetic references nearer to the probe."""
    ahead = []
    for probe, own in zip(probes, mated, strict=True):
        others = np.sort(synthetic @ probe)
        ahead.append(len(others) - np.searchsorted(others, references[own] @ probe))
    return np.concatenate(ahead)


def _persons_ahead(
    images: Sequence[LabelledImage],
    probes: Floats,
    references: Floats,
    synthetic: tuple[Floats, Floats],
) -> Iterable[int]:
    """Yield how many persons the service's shortlist takes before the mated one.

    A person is two fingers of a set, with two different impressions each as probe and reference.
    The shortlist takes in turn the best by either finger and by the sum.
    """
    index = {(each.set, each.finger, each.impression): k for k, each in enumerate(images)}
    impressions = sorted({each.impression for each in images})
    for name in sorted({each.set for each in images}):
        fingers = sorted({each.finger for each in images if each.set == name})
        for pair in combinations(fingers, 2):
            for impression in impressions:
                rows = [index.get((name, finger, impression), -1) for finger in pair]
                if min(rows) < 0:
                    continue
                lists = [
                    of_finger @ probes[row] for of_finger, row in zip(synthetic, rows, strict=True)
                ]
                lists.append(lists[0] + lists[1])
                for other in impressions:
                    own = [index.get((name, finger, other), -1) for finger in pair]
                    if other != impression and min(own) >= 0:
                        mated = [
                            float(probes[a] @ references[b]) for a, b in zip(rows, own, strict=True)
                        ]
                        yield _shortlisted_before(lists, [*mated, sum(mated)])


def _shortlisted_before(lists: Sequence[Floats], mated: Sequence[float]) -> int:
    """Return how many persons are in the shortlist when the mated one is taken.

    lists: similarity of each person in each ordering; mated: of the mated person.
    """
    place = min(int((row >= score).sum()) for row, score in zip(lists, mated, strict=True))
    if place == 0:
        return 0
    last = [np.partition(row, len(row) - place)[len(row) - place] for row in lists]
    return int(np.any([row >= least for row, least in zip(lists, last, strict=True)], axis=0).sum())


def _print_rates(what: str, ahead: Sequence[int] | Counts) -> None:
    counts = np.asarray(ahead)
    rates = ", ".join(f"{rank}: {(counts < rank).mean():.2%}" for rank in RANKS)
    print(f"{what}, {len(counts)} searches, identification rate at rank {rates}", flush=True)


if __name__ == "__main__":
    main()
