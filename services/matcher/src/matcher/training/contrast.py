"""What training lowers: how often a touch takes a stranger for the other touch of its finger."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax

from matcher.training.network import Weights, embed
from matcher.training.packing import Packed

_SHARPEST = 60.0


class State(NamedTuple):
    """What goes on from step to step."""

    weights: Weights
    descent: optax.OptState


def begin(weights: Weights, optimiser: optax.GradientTransformation) -> State:
    """Return the state before the first step."""
    return State(weights, optimiser.init(weights))


def loss(weights: Weights, packed: Packed) -> jax.Array:
    """InfoNCE (van den Oord et al., 2018), both ways: everybody else of the batch is a stranger."""
    first, second = jnp.split(embed(weights, *packed), 2)
    sharp = jnp.minimum(jnp.exp(weights.sharpness), _SHARPEST)
    return (_surprise(first, second, sharp) + _surprise(second, first, sharp)) / 2


def _surprise(probe: jax.Array, mate: jax.Array, sharp: jax.Array) -> jax.Array:
    itself = jnp.where(jnp.eye(len(probe), dtype=bool), -jnp.inf, 0)
    logits = jnp.concatenate([probe @ mate.T * sharp, probe @ probe.T * sharp + itself], axis=1)
    return -jnp.diagonal(jax.nn.log_softmax(logits, axis=1)).mean()


def step(
    state: State, packed: Packed, optimiser: optax.GradientTransformation
) -> tuple[State, jax.Array]:
    """One step down; returns the new state and the loss."""
    lost, slope = jax.value_and_grad(loss)(state.weights, packed)
    change, descent = optimiser.update(slope, state.descent, state.weights)
    return State(optax.apply_updates(state.weights, change), descent), lost
