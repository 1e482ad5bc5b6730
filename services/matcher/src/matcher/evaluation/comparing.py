"""Every template against every other, by the service's comparison and calibration."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.comparator import Comparator, PreparedFinger
from matcher.comparison.likelihood import LOWEST_RAW_SCORE
from matcher.comparison.prefilter import prefilter_scores
from matcher.embedding.embedding_network import EmbeddingNetwork
from matcher.evaluation.progress import shown
from matcher.evaluation.working import spread
from matcher.minutiae import Minutiae
from matcher.models import ModelBundle

Floats = NDArray[np.float64]
Templates = Sequence[Minutiae | None]

_TIMED_SECONDS = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Comparisons:
    """Rows are probes, columns the gallery.

    scores: float64 (n, n), what the service decides by, 0 where a side could not be read.
    raw: the same before calibration, `LOWEST_RAW_SCORE` where a side could not be read.
    size: float64 (n, n), by which it calibrates: geometric mean of both sides' minutiae.
    promising: float64 (n, n), of the prefilter, 0 where a side could not be read.
    per_second: comparisons by one core.
    """

    scores: Floats
    raw: Floats
    size: Floats
    promising: Floats
    per_second: float


def compare_all(
    models: ModelBundle, probes: Templates, gallery: Templates, *, workers: int
) -> Comparisons:
    """Compare the i-th of one with the j-th of the other.

    If both are the same images, the one of lower index is the probe and its score stands for the
    other direction too, which differs a little (see `compare`). Else both directions are computed,
    and none with itself.
    """
    same = probes is gallery
    columns = _prepared(models.comparator, gallery)
    rows = columns if same else _prepared(models.comparator, probes)
    raw = np.full((len(rows), len(columns)), LOWEST_RAW_SCORE)

    def row(i: int) -> int:
        against = [
            j
            for j in range(i + 1 if same else 0, len(columns))
            if j != i and columns[j] is not None
        ]
        probe = rows[i]
        if probe is not None and against:
            others = [c for j in against if (c := columns[j]) is not None]
            raw[i, against] = models.comparator.compare(probe, others)
        return len(against) if probe is not None else 0

    per_second = _timed(row, len(rows), workers, "probes compared" if same else "halves compared")
    if same:
        raw = np.maximum(raw, raw.T)
    sizes = [
        np.array([0 if each is None else len(each) for each in side]) for side in (rows, columns)
    ]
    n_probe, n_candidate = sizes[0][:, None], sizes[1][None, :]
    scores = models.calibration.finger_scores(raw, n_probe, n_candidate)
    there = [np.array([each is not None for each in side]) for side in (rows, columns)]
    scores[~(there[0][:, None] & there[1][None, :])] = 0
    size = np.sqrt(n_probe * n_candidate)
    return Comparisons(scores, raw, size, _promises(rows, columns), per_second)


def similarities(network: EmbeddingNetwork, probes: Templates, gallery: Templates) -> Floats:
    """Return the inner products of the embeddings as the index holds them, float64 (n, n)."""
    return _embedded(network, probes) @ _embedded(network, gallery).T


def _promises(
    rows: Sequence[PreparedFinger | None], columns: Sequence[PreparedFinger | None]
) -> Floats:
    there = [j for j, each in enumerate(columns) if each is not None]
    candidates = [each for each in columns if each is not None]
    promising = np.zeros((len(rows), len(columns)))
    for i, probe in enumerate(rows):
        if probe is not None:
            promising[i, there] = prefilter_scores(probe, candidates)
    return promising


def _prepared(comparator: Comparator, templates: Templates) -> list[PreparedFinger | None]:
    return [None if each is None else comparator.prepare(each) for each in templates]


def _embedded(network: EmbeddingNetwork, templates: Templates) -> Floats:
    there = [i for i, each in enumerate(templates) if each is not None]
    vectors = network.embed_many([each for each in templates if each is not None])
    embedded = np.zeros((len(templates), vectors.shape[1]))
    embedded[there] = vectors.astype(np.float16)
    return embedded


def _timed(row: Callable[[int], int], count: int, workers: int, what: str) -> float:
    """Do all rows, the first by one thread while nothing else runs; comparisons a second of it."""
    row(0)  # loads what is compiled
    done, compared, started, spent = 0, 0, time.process_time(), 0.0
    while done < count and spent < _TIMED_SECONDS:
        compared += row(done)
        done += 1
        spent = time.process_time() - started
    for _ in shown(spread(row, range(done, count), workers), what, count, done):
        pass
    return compared / spent
