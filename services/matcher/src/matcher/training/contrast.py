"""What training lowers: how often a touch takes a stranger for the other touch of its finger."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax

from matcher.training.network import SIZE, Weights, embed
from matcher.training.packing import Packed

REMEMBERED = 8192
"""Embeddings of earlier steps that stand beside the strangers of the batch (Wang et al.,
"Cross-batch memory for embedding learning", CVPR 2020)."""
_SHARPEST = 60.0


class State(NamedTuple):
    """All that goes on from step to step. memory: (REMEMBERED, 256), zero where still empty."""

    weights: Weights
    descent: optax.OptState
    memory: jax.Array


def begin(weights: Weights, optimiser: optax.GradientTransformation) -> State:
    """Return the state before the first step."""
    return State(weights, optimiser.init(weights), jnp.zeros((REMEMBERED, SIZE)))


def loss(weights: Weights, packed: Packed, memory: jax.Array) -> tuple[jax.Array, jax.Array]:
    """InfoNCE (van den Oord et al., 2018), both ways, and the embeddings (touches, 256).

    Strangers of a touch: all others of the batch, both first and second touches, and the memory.
    """
    found = embed(weights, *packed)
    first, second = jnp.split(found, 2)
    sharp = jnp.minimum(jnp.exp(weights.sharpness), _SHARPEST)
    nobody = jnp.where(jnp.abs(memory).max(1) == 0, -jnp.inf, 0)
    both = [
        _surprise(one, other, memory, nobody, sharp)
        for one, other in ((first, second), (second, first))
    ]
    return (both[0] + both[1]) / 2, found


def _surprise(
    probe: jax.Array, mate: jax.Array, memory: jax.Array, nobody: jax.Array, sharp: jax.Array
) -> jax.Array:
    itself = jnp.where(jnp.eye(len(probe), dtype=bool), -jnp.inf, 0)
    logits = jnp.concatenate(
        [
            probe @ mate.T * sharp,
            probe @ probe.T * sharp + itself,
            probe @ memory.T * sharp + nobody,
        ],
        axis=1,
    )
    return -jnp.diagonal(jax.nn.log_softmax(logits, axis=1)).mean()


def step(
    state: State, packed: Packed, optimiser: optax.GradientTransformation
) -> tuple[State, jax.Array]:
    """One step down; returns the new state and the loss."""
    (lost, found), slope = jax.value_and_grad(loss, has_aux=True)(
        state.weights, packed, state.memory
    )
    change, descent = optimiser.update(slope, state.descent, state.weights)
    memory = jnp.concatenate([jax.lax.stop_gradient(found), state.memory])[:REMEMBERED]
    return State(optax.apply_updates(state.weights, change), descent, memory), lost
