"""Initial weights of the embedding: two Fisher discriminants and a codebook, in closed form.

Keeps the directions in which minutiae, then impressions, differ much from each other but little
from their mated ones (Fisher, Annals of Eugenics 7(2), 1936; Jegou et al., "Aggregating local image
descriptors into compact codes", TPAMI 34(9), 2012).
"""

from collections.abc import Iterable, Iterator
from itertools import chain, islice

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2  # type: ignore[import-untyped, unused-ignore]
from scipy.linalg import eigh  # type: ignore[import-untyped, unused-ignore]

from matcher.training.embedding.batches import Batch, pad
from matcher.training.embedding.network import HIDDEN, LOCAL, SIZE, WORDS, Weights, aggregate

BATCHES, LOCAL_BATCHES = 32, 16
"""Batches used; and how many of them for the local vectors and the codebook."""
_LOCAL_RIDGE, _RIDGE = 1e-3, 1.0
"""Added to the within-class scatter, as a share of its mean: distrust in synthetic variation."""
_ENTER, _STRAIGHT, _PROJECT = 0.16, 0.3, 1.0
"""Root mean squares of weights whose outputs are normalised to unit length afterwards: steps of
descent are equally long for all weights, so these set how fast each layer may change."""
_ASSIGNMENT_SHARPNESS, _SHARPNESS = 15.0, 25.0
"""Initial inverse temperatures: of a minutia's assignment to codewords, and of the loss."""

Floats = NDArray[np.float32]
MatedVectors = tuple[Floats, Floats]


def initial_weights(batches: Iterator[Batch], seed: int) -> Weights:
    """Return weights computed from the next `BATCHES` batches, without gradient descent."""
    rng = np.random.default_rng(seed)
    first = list(islice(batches, LOCAL_BATCHES))
    mean = np.mean([batch.numbers.mean(0) for batch in first], axis=0)
    straight, _ = _discriminant(map(_mated_minutiae, first), LOCAL, _LOCAL_RIDGE, _STRAIGHT)
    local = np.concatenate([(batch.numbers[::4] - mean) @ straight for batch in first])
    local /= np.sqrt(np.square(local).sum(1, keepdims=True))
    words, _ = kmeans2(local, WORDS, minit="++", iter=20, rng=rng)
    weights = _assemble(mean, straight, words, rng)
    summed = jax.jit(aggregate)  # weights as an argument: as constants, jaxlib 0.10 sums wrongly
    all_batches = chain(first, islice(batches, BATCHES - LOCAL_BATCHES))
    sums = (np.split(np.asarray(summed(weights, *pad(batch))), 2) for batch in all_batches)
    project, centre = _discriminant(((one, other) for one, other in sums), SIZE, _RIDGE, _PROJECT)
    return weights._replace(
        project=jnp.asarray(project), project_bias=jnp.asarray(-centre @ project, jnp.float32)
    )


def _mated_minutiae(batch: Batch) -> MatedVectors:
    """Return the descriptions of minutiae found in both impressions: in the one, in the other."""
    firsts = int(batch.counts[: len(batch.counts) // 2].sum())
    first, second = batch.identity[:firsts], batch.identity[firsts:]
    _, i, j = np.intersect1d(first, second, return_indices=True)
    true = first[i] >= 0
    return batch.numbers[i[true]], batch.numbers[firsts + j[true]]


def _discriminant(
    mated: Iterable[MatedVectors], size: int, ridge: float, length: float
) -> tuple[Floats, Floats]:
    """Find Fisher's directions for pairs of mated vectors, (n, d) each.

    Returns directions (d, size), in each of which mated vectors differ equally, of root mean square
    `length` in all, and the mean (d,) of the vectors.
    """
    within = squares = sums = np.zeros(1)
    count = 0
    for one, other in mated:
        within = within + (one - other).T @ (one - other) / 2
        squares = squares + one.T @ one + other.T @ other
        sums = sums + one.sum(0) + other.sum(0)
        count += len(one)
    mean = np.asarray(sums) / (2 * count)
    scatter = np.asarray(within, np.float64) / count
    width = len(scatter)
    regularised = scatter + ridge * np.trace(scatter) / width * np.eye(width)
    total = np.asarray(squares, np.float64) / (2 * count) - np.outer(mean, mean)
    _, directions = eigh(total, regularised, subset_by_index=[width - size, width - 1])
    directions /= np.sqrt(np.einsum("ij,ij->j", directions, scatter @ directions))
    directions *= length / np.sqrt(np.square(directions).mean())
    return np.asarray(directions[:, ::-1], np.float32), np.asarray(mean, np.float32)


def _assemble(mean: Floats, straight: Floats, words: Floats, rng: np.random.Generator) -> Weights:
    enter = rng.normal(0, _ENTER, (len(mean), HIDDEN))
    arrays = Weights(
        enter=enter,
        enter_bias=-mean @ enter,
        scale=np.ones(HIDDEN),
        offset=np.zeros(HIDDEN),
        straight=straight,
        bent=np.zeros((HIDDEN, LOCAL)),
        bias=-mean @ straight,
        assign=2 * _ASSIGNMENT_SHARPNESS * words.T,
        assign_bias=-_ASSIGNMENT_SHARPNESS * np.square(words).sum(1),
        words=words,
        gate=np.zeros(HIDDEN),
        gate_bias=np.zeros(()),
        project=np.zeros((WORDS * LOCAL, SIZE)),
        project_bias=np.zeros(SIZE),
        sharpness=np.log(_SHARPNESS),
    )
    return Weights(*(jnp.asarray(array, jnp.float32) for array in arrays))
