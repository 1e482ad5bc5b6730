"""Measures how often the mated finger reaches the comparison, by each channel and by both.

    python -m benchmarks.shortlist_recall --cache FOLDER [--fingers 100000] [--images FOLDER --dpi
    500 --dpi DB2_B=569] [--out build/bench]

One impression of each finger among synthetic fingers; other impressions are probes: hard partial
synthetic ones and, with --images, real ones, whole and as `matcher evaluate --hard` makes them.
Ranks count the fingers that score at least as high as the mated one. All ratios are of one run.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from time import thread_time

import numpy as np
from matcher.bootstrap import search_depth
from matcher.comparison.descriptor_quantizer import LISTED_MINUTIAE, PROBED_LISTS
from matcher.comparison.prefilter import prefilter_scores
from matcher.config import Settings
from matcher.domain.index_entry import FingerFeatures
from matcher.evaluation.image_collection import find_images, parse_resolutions
from matcher.evaluation.template_extraction import extract_all
from matcher.index.embedding_codes import NO_SIMILARITY, query_of
from matcher.index.finger_features import finger_features
from matcher.index.finger_segment import FingerSegment
from matcher.index.index_columns import finger_columns_of
from matcher.minutiae import Minutiae
from matcher.models import ModelBundle
from matcher.synthetic import LIVE_SCAN, generate_master, generate_template
from matcher.training.partial_impression import keep_nearest
from matplotlib.figure import Figure
from numpy.typing import NDArray

from benchmarks.synthetic_gallery import PART, Gallery, gallery

RANKS = (1, 10, 100, 1_000, 10_000)
JOINED = (200, 1_000, 2_000)
"""Persons of each channel that are joined and prefiltered."""
DEPTH = search_depth(Settings.model_construct())
"""How deep a service searches where nothing is set; deeper for a probe of few minutiae."""
_NEVER = 10**9
_PROBE_SEED, _PROBES, _DIFFICULTY, _SHARE = 2_900_000_000, 400, 1.6, (0.3, 0.6)
_ROWS_AT_ONCE = 2_000

Ranks = NDArray[np.int64]
Mated = list[tuple[Minutiae, Sequence[Minutiae]]]
"""Of each finger the impression in the gallery, and the probes."""


def synthetic_mated() -> Mated:
    """Return fingers of which the probe is a hard impression of a part."""
    rng, mated = np.random.default_rng(1), Mated()
    for seed in range(_PROBE_SEED, _PROBE_SEED + _PROBES):
        master = generate_master(seed)
        whole = generate_template(master, 1, capture_difficulty=_DIFFICULTY)
        probe = keep_nearest(whole, int(rng.integers(len(whole))), rng.uniform(*_SHARE))
        mated.append((generate_template(master, 0, capture_difficulty=LIVE_SCAN), [probe]))
    return mated


def real_mated(models: ModelBundle, folder: Path, dpi: Sequence[str], *, partial: bool) -> Mated:
    """Return fingers of a folder of images: the first impression, the others as probes."""
    images = find_images(folder, parse_resolutions(dpi)).images
    whole, probes = (
        extract_all(models.extractor, images, workers=1, partial_probe=each).minutiae
        for each in (False, partial)
    )
    rows: dict[str, list[int]] = {}
    for row, image in enumerate(images):
        rows.setdefault(f"{image.set}/{image.finger}", []).append(row)
    mated = Mated()
    for first, *rest in rows.values():
        if (reference := whole[first]) is not None:
            found = [probes[row] for row in rest]
            mated.append((reference, [each for each in found if each is not None and len(each)]))
    return mated


def measure(models: ModelBundle, name: str, synthetic: Gallery, mated: Mated) -> list[Ranks]:
    """Print, and return, the ranks of mated fingers by embedding, by votes and by prefilter."""
    segment = _segment(models, synthetic, [reference for reference, _ in mated])
    ranks: list[tuple[int, ...]] = []
    compared: list[int] = []
    seconds = np.zeros(3)
    for row, (_, probes) in enumerate(mated, len(synthetic)):
        for probe in probes:
            found, took = _search(models, segment, probe, row)
            ranks.append(found)
            compared.append(DEPTH.for_minutiae([len(probe)]).compared)
            seconds += took
    columns = list(np.array(ranks).T)
    print(f"{name}: {len(ranks)} probes, {len(segment):,} fingers", flush=True)
    titles = ["embedding", "local descriptors", *(f"{n} + {n}, prefiltered" for n in JOINED)]
    for title, column in zip(titles, columns, strict=True):
        shares = ", ".join(f"{rank}: {(column < rank).mean():.3f}" for rank in RANKS)
        print(f"    {title}: {shares}; compared: {(column < compared).mean():.3f}", flush=True)
    embedding, lists, votes = 1e3 * seconds / len(ranks)
    print(f"    a probe: embedding {embedding:.1f} ms, lists {lists:.1f} ms, votes {votes:.1f} ms")
    return columns


def _segment(
    models: ModelBundle, synthetic: Gallery, references: Sequence[Minutiae]
) -> FingerSegment:
    segment = FingerSegment()
    for start in range(0, len(synthetic), _ROWS_AT_ONCE):
        rows = range(start, min(len(synthetic), start + _ROWS_AT_ONCE))
        fingers = []
        for row in rows:
            prepared = synthetic.prepared(row)
            listed = prepared.descriptors[:LISTED_MINUTIAE]
            lists = models.quantizer.nearest_lists(listed, 1)
            fingers.append(FingerFeatures(synthetic.embedding[row], prepared, lists))
        _add(segment, fingers)
    features = [
        finger_features(models, each, models.embedding.embed(each).astype(np.float16), lists=1)
        for each in references
    ]
    _add(segment, features)
    return segment


def _add(segment: FingerSegment, fingers: Sequence[FingerFeatures]) -> None:
    """Append fingers, each of an encounter of its own."""
    owners = segment.row_count + np.arange(len(fingers))
    segment.extend(finger_columns_of(fingers, owners), owners)


def _search(
    models: ModelBundle, segment: FingerSegment, probe: Minutiae, mate: int
) -> tuple[tuple[int, ...], NDArray[np.float64]]:
    """Return the rank of a mate by each way, and the seconds of each step."""
    embedding = models.embedding.embed(probe).astype(np.float16)
    times = [thread_time()]
    persons = np.arange(segment.row_count + 1, dtype=np.int32)
    similarity = np.full(len(persons), NO_SIMILARITY)
    segment.keep_best(query_of(embedding, signs_only=DEPTH.signs_only), persons, similarity)
    similar = np.argsort(-similarity[:-1].astype(np.int64), kind="stable")
    times.append(thread_time())
    lists = int(PROBED_LISTS * DEPTH.times_more_lists([len(probe)]))
    features = finger_features(models, probe, embedding, lists=lists)
    times.append(thread_time())
    rows, votes = segment.votes(features)
    times.append(thread_time())
    voted = rows[np.lexsort((rows, -votes))]
    by_votes = int((votes >= votes[rows == mate][0]).sum()) - 1 if mate in rows else _NEVER
    ranks = [int(np.flatnonzero(similar == mate)[0]), by_votes]
    for count in JOINED:
        joined = np.union1d(similar[:count], voted[:count])
        if mate not in joined:
            ranks.append(_NEVER)
            continue
        scores = prefilter_scores(features.prepared, [segment.prepared(int(row)) for row in joined])
        ranks.append(int((scores >= scores[joined == mate][0]).sum()) - 1)
    return tuple(ranks), np.diff(times)


def draw(measured: dict[str, list[Ranks]], fingers: int, path: Path) -> None:
    """Write an SVG chart of the share of mated fingers by rank."""
    figure = Figure(figsize=(4.5 * len(measured), 3.6), layout="constrained")
    panels = figure.subplots(1, len(measured), sharey=True, squeeze=False)[0]
    names = ("embedding", "local descriptors", f"both, {JOINED[-1]:,} each, prefiltered")
    for axes, (name, columns) in zip(panels, measured.items(), strict=True):
        for title, ranks in zip(names, (columns[0], columns[1], columns[-1]), strict=True):
            first = np.unique(np.geomspace(1, RANKS[-1], 60).astype(int))
            axes.semilogx(first, [(ranks < rank).mean() for rank in first], label=title)
        axes.set(title=f"{name}, {fingers:,} fingers", xlabel="among the first")
        axes.grid(alpha=0.3)
    panels[0].set(ylabel="share of mated fingers")
    panels[0].legend(fontsize=7)
    figure.savefig(path)


def main() -> None:
    """Measure, print, and draw shortlist-recall.svg."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--cache", type=Path, required=True, help="folder of synthetic fingers")
    arguments.add_argument(
        "--fingers", type=int, default=100_000, help=f"a multiple of {PART}; default 100000"
    )
    arguments.add_argument("--images", type=Path, help="images, or a folder of images for each set")
    arguments.add_argument("--dpi", action="append", default=[], metavar="[SET=]DPI")
    arguments.add_argument("--out", type=Path, default=Path("build/bench"))
    options = arguments.parse_args()
    models = ModelBundle.load()
    synthetic = gallery(options.cache, options.fingers)
    sets = {"synthetic, hard, partial": synthetic_mated()}
    if options.images:
        for name, partial in (("whole", False), ("halved and turned", True)):
            sets[name] = real_mated(models, options.images, options.dpi, partial=partial)
    measured = {name: measure(models, name, synthetic, mated) for name, mated in sets.items()}
    options.out.mkdir(parents=True, exist_ok=True)
    draw(measured, options.fingers, options.out / "shortlist-recall.svg")


if __name__ == "__main__":
    main()
