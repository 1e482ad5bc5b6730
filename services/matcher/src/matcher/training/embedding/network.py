"""The network of the embedding as a differentiable function; `matcher.embedding` serves it.

A minutia's description becomes a unit vector (the sum of a linear map and of one hidden layer); the
vectors are summed by codeword (Arandjelovic et al., "NetVLAD", CVPR 2016), weighted by quality and
by a learned gate; signed square roots are taken and projected to 256 dimensions.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from matcher.embedding import neighbourhood_features

HIDDEN, LOCAL, WORDS, SIZE = 192, 64, 64, 256
SMALL = 5e-4
"""Below this the signed square root becomes linear, so that it has a gradient at 0."""


class Weights(NamedTuple):
    """All that is learned; d = LOCAL, k = WORDS.

    enter (680, HIDDEN), enter_bias, scale, offset (HIDDEN,): hidden layer with LayerNorm.
    straight (680, d), bent (HIDDEN, d), bias (d,): to the local vector.
    assign (d, k), assign_bias (k,), words (k, d): codebook.
    gate (HIDDEN,), gate_bias (): weight of a minutia, besides its quality.
    project (k d, SIZE), project_bias (SIZE,).
    sharpness (): logarithm of the inverse temperature of the loss.
    """

    enter: jax.Array
    enter_bias: jax.Array
    scale: jax.Array
    offset: jax.Array
    straight: jax.Array
    bent: jax.Array
    bias: jax.Array
    assign: jax.Array
    assign_bias: jax.Array
    words: jax.Array
    gate: jax.Array
    gate_bias: jax.Array
    project: jax.Array
    project_bias: jax.Array
    sharpness: jax.Array


def zero_weights() -> Weights:
    """Return weights that are all zero, of the right shapes."""
    k, d = WORDS, LOCAL
    shapes: tuple[tuple[int, ...], ...] = (
        (neighbourhood_features.FEATURES_PER_MINUTIA, HIDDEN), (HIDDEN,), (HIDDEN,), (HIDDEN,),
        (neighbourhood_features.FEATURES_PER_MINUTIA, d), (HIDDEN, d), (d,),
        (d, k), (k,), (k, d), (HIDDEN,), (), (k * d, SIZE), (SIZE,), (),
    )  # fmt: skip
    return Weights(*(jnp.zeros(shape) for shape in shapes))


def embed(w: Weights, numbers: jax.Array, weight: jax.Array, place: jax.Array) -> jax.Array:
    """Return the embeddings: unit vectors (impressions, 256).

    numbers (m, 680), weight (m,): description and quality of all impressions' minutiae in one list.
    place (impressions, n): indices in the list of each one's minutiae, m where it has fewer than n.
    """
    sums = aggregate(w, numbers, weight, place)
    return _unit(sums @ w.project + w.project_bias)


def aggregate(w: Weights, numbers: jax.Array, weight: jax.Array, place: jax.Array) -> jax.Array:
    """Return the aggregated vectors before projection: unit vectors (impressions, k d)."""
    both = numbers @ jnp.concatenate([w.enter, w.straight], axis=1)
    hidden = jax.nn.relu(_layer_norm(both[:, :HIDDEN] + w.enter_bias) * w.scale + w.offset)
    local = _unit(both[:, HIDDEN:] + hidden @ w.bent + w.bias)
    share = jax.nn.softmax(local @ w.assign + w.assign_bias)
    share *= (weight * jax.nn.sigmoid(hidden @ w.gate + w.gate_bias))[:, None]
    shares = jnp.pad(share, ((0, 1), (0, 0)))[place]
    sums = jnp.einsum("tnk,tnd->tkd", shares, jnp.pad(local, ((0, 1), (0, 0)))[place])
    sums = (sums - shares.sum(1)[..., None] * w.words).reshape(len(place), -1)
    return _unit(sums / jnp.sqrt(jnp.abs(sums) + SMALL))


def _layer_norm(vectors: jax.Array) -> jax.Array:
    centred = vectors - vectors.mean(-1, keepdims=True)
    return centred / jnp.sqrt(jnp.square(centred).mean(-1, keepdims=True) + 1e-5)


def _unit(vectors: jax.Array) -> jax.Array:
    return vectors / jnp.sqrt(jnp.square(vectors).sum(-1, keepdims=True) + 1e-12)
