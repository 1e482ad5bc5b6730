"""Saves the state of a training, so that it can continue after a crash."""

from pathlib import Path
from typing import TypeVar

import jax
import jax.numpy as jnp
import numpy as np

Tree = TypeVar("Tree")


def save(path: Path, state: Tree, step: int) -> None:
    """Write a state (any JAX pytree of arrays) and its step, replacing the file atomically."""
    leaves = [np.asarray(leaf) for leaf in jax.tree.leaves(state)]
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        np.savez(file, *leaves, step=step)
    unfinished.replace(path)


def load(path: Path, like: Tree) -> tuple[Tree, int]:
    """Return the state that `save` wrote, of the same structure as `like`, and its step."""
    structure = jax.tree.structure(like)
    with np.load(path, allow_pickle=False) as stored:
        leaves = [jnp.asarray(stored[f"arr_{k}"]) for k in range(structure.num_leaves)]
        return jax.tree.unflatten(structure, leaves), int(stored["step"])
