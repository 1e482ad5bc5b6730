"""Where training starts: two Fisher discriminants and a codebook, better than any random weights.

What all touches of a minutia, then of a finger, share is kept; what varies between them is not
(Fisher, Annals of Eugenics 7(2), 1936; Jegou et al., TPAMI 34(9), 2012).
"""

from collections.abc import Iterable, Iterator
from itertools import chain, islice

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2  # type: ignore[import-untyped, unused-ignore]
from scipy.linalg import eigh  # type: ignore[import-untyped, unused-ignore]

from matcher.training.network import HIDDEN, LOCAL, SIZE, WORDS, Weights, aggregate
from matcher.training.packing import pack
from matcher.training.touches import Batch

BATCHES, LOCAL_BATCHES = 32, 16
"""Looked at, and of these for the description of a minutia and the codebook."""
_LOCAL_RIDGE, _RIDGE = 1e-3, 1.0
"""Added to the within-class scatter, as a share of its mean: trust in synthetic variation."""
_ENTER, _STRAIGHT, _PROJECT = 0.16, 0.3, 1.0
"""Root mean squares of weights whose outputs are brought to unit length afterwards: steps of
descent are equally long for all weights, so these say how fast each layer may change."""
_BELONGING, _SHARPNESS = 15.0, 25.0
"""How exclusively a minutia belongs to its nearest codeword, and a touch to its mate, at first."""

Floats = NDArray[np.float32]
Views = tuple[Floats, Floats]


def start(batches: Iterator[Batch], seed: int) -> Weights:
    """Return weights made without any descent from the touches of the next `BATCHES` batches."""
    rng = np.random.default_rng(seed)
    first = list(islice(batches, LOCAL_BATCHES))
    middle = np.mean([one.numbers.mean(0) for one in first], axis=0)
    straight, _ = _discriminant(map(_minutiae, first), LOCAL, _LOCAL_RIDGE, _STRAIGHT)
    local = np.concatenate([(one.numbers[::4] - middle) @ straight for one in first])
    local /= np.sqrt(np.square(local).sum(1, keepdims=True))
    words, _ = kmeans2(local, WORDS, minit="++", iter=20, rng=rng)
    weights = _assemble(middle, straight, words, rng)
    summed = jax.jit(aggregate)  # the weights handed in: compiled in, jaxlib 0.10 gets sums wrong
    all_batches = chain(first, islice(batches, BATCHES - LOCAL_BATCHES))
    sums = (np.split(np.asarray(summed(weights, *pack(one))), 2) for one in all_batches)
    project, centre = _discriminant(((one, other) for one, other in sums), SIZE, _RIDGE, _PROJECT)
    return weights._replace(
        project=jnp.asarray(project), project_bias=jnp.asarray(-centre @ project, jnp.float32)
    )


def _minutiae(batch: Batch) -> Views:
    """Minutiae seen in both touches, once in the first, once in the second."""
    firsts = int(batch.counts[: len(batch.counts) // 2].sum())
    first, second = batch.origin[:firsts], batch.origin[firsts:]
    _, i, j = np.intersect1d(first, second, return_indices=True)
    true = first[i] >= 0
    return batch.numbers[i[true]], batch.numbers[firsts + j[true]]


def _discriminant(
    views: Iterable[Views], size: int, ridge: float, length: float
) -> tuple[Floats, Floats]:
    """Find Fisher's directions for pairs of views, each (n, d), of the same things.

    Returns directions (d, size), in each of which views of one thing differ equally, of root mean
    square `length` in all, and the middle (d,) of the views.
    """
    within = squares = sums = np.zeros(1)
    count = 0
    for one, other in views:
        within = within + (one - other).T @ (one - other) / 2
        squares = squares + one.T @ one + other.T @ other
        sums = sums + one.sum(0) + other.sum(0)
        count += len(one)
    middle = np.asarray(sums) / (2 * count)
    spread = np.asarray(within, np.float64) / count
    width = len(spread)
    trusted = spread + ridge * np.trace(spread) / width * np.eye(width)
    total = np.asarray(squares, np.float64) / (2 * count) - np.outer(middle, middle)
    _, directions = eigh(total, trusted, subset_by_index=[width - size, width - 1])
    directions /= np.sqrt(np.einsum("ij,ij->j", directions, spread @ directions))
    directions *= length / np.sqrt(np.square(directions).mean())
    return np.asarray(directions[:, ::-1], np.float32), np.asarray(middle, np.float32)


def _assemble(middle: Floats, straight: Floats, words: Floats, rng: np.random.Generator) -> Weights:
    enter = rng.normal(0, _ENTER, (len(middle), HIDDEN))
    arrays = Weights(
        enter=enter,
        enter_bias=-middle @ enter,
        scale=np.ones(HIDDEN),
        offset=np.zeros(HIDDEN),
        straight=straight,
        bent=np.zeros((HIDDEN, LOCAL)),
        bias=-middle @ straight,
        assign=2 * _BELONGING * words.T,
        assign_bias=-_BELONGING * np.square(words).sum(1),
        words=words,
        gate=np.zeros(HIDDEN),
        gate_bias=np.zeros(()),
        project=np.zeros((WORDS * LOCAL, SIZE)),
        project_bias=np.zeros(SIZE),
        sharpness=np.log(_SHARPNESS),
    )
    return Weights(*(jnp.asarray(array, jnp.float32) for array in arrays))
