"""How well a network finds synthetic fingers that it was not trained on."""

from collections.abc import Callable, Sequence

import numpy as np

from matcher.training.packing import Packed, pack
from matcher.training.touches import batch

SEED, BATCHES = 2**31, 4
"""Training takes seeds below."""


def unseen(fingers: int) -> list[Packed]:
    """Return batches that no training sees."""
    return [pack(batch(SEED, number, fingers)) for number in range(BATCHES)]


def missed(embed: Callable[..., object], packed: Sequence[Packed]) -> float:
    """Share of fingers whose other touch is not the nearest, among all of these batches."""
    halves = [np.split(np.asarray(embed(*one)), 2) for one in packed]
    first, second = (np.concatenate(side) for side in zip(*halves, strict=True))
    nearest = (first @ second.T).argmax(axis=1)
    return float((nearest != np.arange(len(first))).mean())
