"""Compares every template with every other, by the service's comparison and calibration."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.comparator import Comparator, PreparedFinger
from matcher.comparison.likelihood import LOWEST_RAW_SCORE
from matcher.comparison.prefilter import prefilter_scores
from matcher.embedding.embedding_network import EmbeddingNetwork
from matcher.evaluation.progress import with_progress
from matcher.evaluation.threads import map_in_threads
from matcher.minutiae import Minutiae
from matcher.models import ModelBundle

Floats = NDArray[np.float64]
Templates = Sequence[Minutiae | None]

_TIMED_SECONDS = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class ComparisonScores:
    """Scores of every pair, float64 (n, n); rows are probes, columns references.

    scores: calibrated, by which the service decides; 0 where an image could not be read.
    raw: before calibration; `LOWEST_RAW_SCORE` where an image could not be read.
    size: geometric mean of both fingers' minutiae, by which scores are calibrated.
    prefilter: prefilter scores, 0 where an image could not be read.
    per_second: comparisons by one core.
    """

    scores: Floats
    raw: Floats
    size: Floats
    prefilter: Floats
    per_second: float


def compare_all(
    models: ModelBundle, probes: Templates, references: Templates, *, workers: int
) -> ComparisonScores:
    """Compare each probe with each reference; the i-th of both are of the same impression.

    If both are the same sequence, the one of lower index is the probe and its score counts for
    the other direction too, which differs a little (see `Comparator.compare`). Else both
    directions are computed, and none is compared with the reference of its own impression.
    """
    columns = _prepare_all(models.comparator, references)
    rows = columns if probes is references else _prepare_all(models.comparator, probes)
    raw, per_second = _raw_scores(models.comparator, rows, columns, workers)
    counts = [
        np.array([0 if each is None else len(each) for each in side]) for side in (rows, columns)
    ]
    n_probe, n_reference = counts[0][:, None], counts[1][None, :]
    mapped = [
        np.array([each is not None and each.has_map for each in side]) for side in (rows, columns)
    ]
    by_map = mapped[0][:, None] & mapped[1][None, :]
    scores = models.calibration.finger_scores(raw, n_probe, n_reference, by_map)
    readable = [np.array([each is not None for each in side]) for side in (rows, columns)]
    scores[~(readable[0][:, None] & readable[1][None, :])] = 0
    size = np.sqrt(n_probe * n_reference)
    return ComparisonScores(scores, raw, size, _prefilter_scores(rows, columns), per_second)


def embedding_similarities(
    network: EmbeddingNetwork, probes: Templates, references: Templates
) -> Floats:
    """Return the inner products of the embeddings as the index stores them, float64 (n, n)."""
    return _embed(network, probes) @ _embed(network, references).T


def _raw_scores(
    comparator: Comparator,
    rows: Sequence[PreparedFinger | None],
    columns: Sequence[PreparedFinger | None],
    workers: int,
) -> tuple[Floats, float]:
    """Return raw scores, float64 (n, n), and comparisons per second of one core."""
    same = rows is columns
    raw = np.full((len(rows), len(columns)), LOWEST_RAW_SCORE)

    def compare_row(i: int) -> int:
        against = [
            j
            for j in range(i + 1 if same else 0, len(columns))
            if j != i and columns[j] is not None
        ]
        probe = rows[i]
        if probe is not None and against:
            others = [c for j in against if (c := columns[j]) is not None]
            raw[i, against] = comparator.compare(probe, others)
        return len(against) if probe is not None else 0

    what = "probes compared" if same else "partial probes compared"
    per_second = _compare_rows(compare_row, len(rows), workers, what)
    return np.maximum(raw, raw.T) if same else raw, per_second


def _prefilter_scores(
    rows: Sequence[PreparedFinger | None], columns: Sequence[PreparedFinger | None]
) -> Floats:
    readable = [j for j, each in enumerate(columns) if each is not None]
    references = [each for each in columns if each is not None]
    scores = np.zeros((len(rows), len(columns)))
    for i, probe in enumerate(rows):
        if probe is not None:
            scores[i, readable] = prefilter_scores(probe, references)
    return scores


def _prepare_all(comparator: Comparator, templates: Templates) -> list[PreparedFinger | None]:
    return [None if each is None else comparator.prepare(each) for each in templates]


def _embed(network: EmbeddingNetwork, templates: Templates) -> Floats:
    readable = [i for i, each in enumerate(templates) if each is not None]
    vectors = network.embed_many([each for each in templates if each is not None])
    embeddings = np.zeros((len(templates), vectors.shape[1]))
    embeddings[readable] = vectors.astype(np.float16)
    return embeddings


def _compare_rows(compare_row: Callable[[int], int], count: int, workers: int, what: str) -> float:
    """Compare all rows; return comparisons per second, timed on the first ones.

    These are done by one thread while nothing else runs.
    """
    compare_row(0)  # compiles or loads the kernels
    done, compared, started, spent = 0, 0, time.process_time(), 0.0
    while done < count and spent < _TIMED_SECONDS:
        compared += compare_row(done)
        done += 1
        spent = time.process_time() - started
    rest = map_in_threads(compare_row, range(done, count), workers)
    for _ in with_progress(rest, what, count, done):
        pass
    return compared / spent
