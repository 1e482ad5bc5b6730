"""Measures how often a network finds the mated impression among held-out synthetic fingers."""

from collections.abc import Callable, Sequence

import numpy as np

from matcher.training.embedding.batches import PaddedBatch, make_batch, pad

SEED, BATCHES = 2**31, 4
"""Seed of the held-out batches, above those of trainings, and their number."""


def held_out_batches(fingers: int) -> list[PaddedBatch]:
    """Return batches of fingers that no training uses."""
    return [pad(make_batch(SEED, number, fingers)) for number in range(BATCHES)]


def missed(embed: Callable[..., object], batches: Sequence[PaddedBatch]) -> float:
    """Return the share of fingers whose other impression is not nearest among all batches."""
    halves = [np.split(np.asarray(embed(*batch)), 2) for batch in batches]
    probes, references = (np.concatenate(half) for half in zip(*halves, strict=True))
    nearest = (probes @ references.T).argmax(axis=1)
    return float((nearest != np.arange(len(probes))).mean())
