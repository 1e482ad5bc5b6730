"""Contrastive loss of the embedding, and one step of gradient descent on it.

InfoNCE (van den Oord, Li and Vinyals, "Representation learning with contrastive predictive
coding", 2018): each impression is to be nearer to the mated one than to all others of the batch.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax

from matcher.training.embedding.batches import PaddedBatch
from matcher.training.embedding.network import Weights, embed

_MAX_SHARPNESS = 60.0


class TrainingState(NamedTuple):
    """Weights of the network and state of the optimiser."""

    weights: Weights
    optimiser: optax.OptState


def initial_state(weights: Weights, optimiser: optax.GradientTransformation) -> TrainingState:
    """Return the state before the first step."""
    return TrainingState(weights, optimiser.init(weights))


def loss(weights: Weights, batch: PaddedBatch) -> jax.Array:
    """Return the loss, natural logarithm, averaged over both impressions as probe."""
    first, second = jnp.split(embed(weights, *batch), 2)
    sharpness = jnp.minimum(jnp.exp(weights.sharpness), _MAX_SHARPNESS)
    return (_cross_entropy(first, second, sharpness) + _cross_entropy(second, first, sharpness)) / 2


def _cross_entropy(probes: jax.Array, references: jax.Array, sharpness: jax.Array) -> jax.Array:
    """Return the mean of -log softmax similarity of each probe to the reference of its row.

    Non-mated are all other rows, of the references and of the probes.
    """
    itself = jnp.where(jnp.eye(len(probes), dtype=bool), -jnp.inf, 0)
    logits = jnp.concatenate(
        [probes @ references.T * sharpness, probes @ probes.T * sharpness + itself], axis=1
    )
    return -jnp.diagonal(jax.nn.log_softmax(logits, axis=1)).mean()


def step(
    state: TrainingState, batch: PaddedBatch, optimiser: optax.GradientTransformation
) -> tuple[TrainingState, jax.Array]:
    """Make one step of gradient descent; return the new state and the loss before it."""
    value, gradient = jax.value_and_grad(loss)(state.weights, batch)
    change, optimiser_state = optimiser.update(gradient, state.optimiser, state.weights)
    return TrainingState(optax.apply_updates(state.weights, change), optimiser_state), value
