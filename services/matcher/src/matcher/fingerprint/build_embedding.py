"""Make `embedding.npz` from synthetic fingers alone: python -m matcher.fingerprint.build_embedding

Both projections are Fisher discriminants (Fisher, Annals of Eugenics 7(2), 1936): what all
impressions of a minutia, then of a finger, share is kept; what varies between them is not.
"""

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2  # type: ignore[import-untyped, unused-ignore]
from scipy.linalg import eigh  # type: ignore[import-untyped, unused-ignore]

from matcher.fingerprint.vlad import Floats, Model, expansion
from matcher.synthetic import impression, master

FIRST_SEED = 3_000_000_000
"""First finger trained on; demonstrations and measurements count from 0."""
IMPRESSIONS = 4
HARDNESS = 1.0
LOCAL, WORDS, SIZE = 48, 32, 256
LOCAL_RIDGE, RIDGE = 1e-3, 0.3
"""Added to the within-class scatter, as a share of its mean: trust in synthetic variation."""
SAMPLE = 60_000
"""Minutiae the codebook is made from."""
_CHUNK = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class Touches:
    """Impressions of synthetic fingers, `IMPRESSIONS` of each in a row.

    expansions: float16 (n, 680); weights: float32 (n,); ends: int64 (impressions,).
    origins: int64 (n,), the same number for the same minutia of a finger, -1 for invented ones.
    """

    expansions: NDArray[np.float16]
    weights: Floats
    ends: NDArray[np.int64]
    origins: NDArray[np.int64]


def main() -> None:
    """Build the model and store it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fingers", type=int, default=3000, help="4 touches of each; default 3000")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("embedding.npz"))
    arguments = parser.parse_args()
    model = build(arguments.fingers)
    stored = {name: weights.astype(np.float16) for name, weights in asdict(model).items()}
    np.savez_compressed(arguments.out, **stored)
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1e6:.2f} MB")


def build(fingers: int) -> Model:
    """Train on so many synthetic fingers."""
    touches = _touch(fingers)
    print(f"{len(touches.ends)} impressions, {len(touches.weights)} minutiae", flush=True)
    middle = np.arcsinh(touches.expansions[::7].astype(np.float32)).mean(0)
    local = _local_discriminant(touches, middle)
    none = np.zeros(0, np.float32)
    model = Model(middle, local, none, none, none)
    described = np.concatenate(
        [model.describe(part.astype(np.float32)) for part in _chunks(touches.expansions)]
    )
    sample = np.random.default_rng(1).choice(len(described), min(SAMPLE, len(described)), False)
    words, _ = kmeans2(described[sample], WORDS, minit="++", iter=20, seed=1)
    print("codebook made", flush=True)
    model = Model(middle, local, words, none, none)
    cuts = touches.ends[:-1]
    parts = zip(np.split(described, cuts), np.split(touches.weights, cuts), strict=True)
    aggregates = np.stack([model.aggregate(*part) for part in parts])
    centre = aggregates.mean(0)
    owners = np.repeat(np.arange(fingers), IMPRESSIONS)
    projection = _discriminant([(aggregates - centre, owners)], SIZE, RIDGE)
    return Model(middle, local, words, centre, projection)


def _touch(fingers: int) -> Touches:
    numbers, weights, origins = [], [], []
    for finger in range(fingers):
        skin = master(FIRST_SEED + finger)
        for seed in range(IMPRESSIONS):
            seen = impression(skin, seed, hardness=HARDNESS)
            expanded, weight = expansion(seen.minutiae)
            origin = seen.origin[: len(weight)].astype(np.int64)
            numbers.append(expanded.astype(np.float16))
            weights.append(weight)
            origins.append(np.where(origin < 0, -1, finger * 10_000 + origin))
    ends = np.cumsum([len(weight) for weight in weights])
    return Touches(np.concatenate(numbers), np.concatenate(weights), ends, np.concatenate(origins))


def _local_discriminant(touches: Touches, middle: Floats) -> Floats:
    """Find what neighbourhoods of one minutia share, against those of others."""
    true = np.flatnonzero(touches.origins >= 0)
    order = true[np.argsort(touches.origins[true], kind="stable")]
    chunks = (
        (np.arcsinh(touches.expansions[rows].astype(np.float32)) - middle, touches.origins[rows])
        for rows in _chunks(order)
    )
    return _discriminant(chunks, LOCAL, LOCAL_RIDGE)


def _discriminant(
    chunks: Iterable[tuple[Floats, NDArray[np.int64]]], size: int, ridge: float
) -> Floats:
    """Fisher's directions (d, size) of centred vectors (n, d) whose owners (n,) are in a row.

    Scaled so that variation within an owner is one in each direction.
    """
    total, within, count, free = _scatters(chunks)
    spread = within / free
    spread += ridge * np.trace(spread) / len(spread) * np.eye(len(spread))
    top = [len(spread) - size, len(spread) - 1]
    _, directions = eigh(total / count, spread, subset_by_index=top)
    return np.asarray(directions[:, ::-1], np.float32)


def _scatters(
    chunks: Iterable[tuple[Floats, NDArray[np.int64]]],
) -> tuple[NDArray[np.float64], NDArray[np.float64], int, int]:
    """Sum up total and within-owner scatter (d, d) and the freedom each has."""
    total = within = np.zeros((1, 1))
    count = free = 0
    for vectors, owners in chunks:
        starts = np.flatnonzero(np.diff(owners, prepend=owners[0] - 1))
        sizes = np.diff(starts, append=len(owners))
        means = np.add.reduceat(vectors, starts) / sizes[:, None]
        off = vectors - np.repeat(means, sizes, axis=0)
        total, within = total + vectors.T @ vectors, within + off.T @ off
        count, free = count + len(vectors), free + len(vectors) - len(starts)
    return total, within, count, free


def _chunks(rows: NDArray[Any]) -> Iterator[NDArray[Any]]:
    return (rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK))


if __name__ == "__main__":
    main()
