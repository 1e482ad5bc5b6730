"""Makes features of many synthetic fingers, and keeps them in a folder for the next run.

`python -m benchmarks.synthetic_gallery FOLDER FINGERS` only makes them, 600 a second and core.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matcher.comparison.comparator import Comparator, PreparedFinger
from matcher.embedding.embedding_network import EmbeddingNetwork
from matcher.synthetic import LIVE_SCAN, generate_master, generate_template
from numpy.typing import NDArray

FIRST_SEED = 2_200_000_000
"""First finger; `matcher.training.finger_seeds` says which others are used."""
MINUTIAE = 32
"""Best minutiae of a finger that are kept."""
PART = 10_000
"""Fingers of one file."""


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """Features of fingers, best minutiae first.

    embedding: float16 (n, 256). count: uint8 (n,), minutiae of each. geometry: int16 (n, 32, 4) and
    descriptors: uint64 (n, 32, 4), as in `PreparedFinger`, zero from the count on.
    """

    embedding: NDArray[np.float16]
    count: NDArray[np.uint8]
    geometry: NDArray[np.int16]
    descriptors: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.count)

    def prepared(self, row: int) -> PreparedFinger:
        """Return the kept minutiae of a finger."""
        kept = slice(0, int(self.count[row]))
        return PreparedFinger(
            self.geometry[row, kept],
            self.descriptors[row, kept],
            np.arange(self.count[row], dtype=np.uint8),
        )


def features(embedding: NDArray[np.float16], prepared: list[PreparedFinger]) -> Gallery:
    """Put together the features of fingers."""
    made = Gallery(
        embedding,
        np.array([min(len(each), MINUTIAE) for each in prepared], np.uint8),
        np.zeros((len(prepared), MINUTIAE, 4), np.int16),
        np.zeros((len(prepared), MINUTIAE, 4), np.uint64),
    )
    for row, finger in enumerate(prepared):
        made.geometry[row, : len(finger)] = finger.geometry[:MINUTIAE]
        made.descriptors[row, : len(finger)] = finger.descriptors[:MINUTIAE]
    return made


def gallery(folder: Path, fingers: int) -> Gallery:
    """Return the first synthetic fingers, of which those that the folder lacks are made.

    fingers: a multiple of `PART`.
    """
    network, comparator = EmbeddingNetwork.load(), Comparator.load()
    version = f"{network.version}-{comparator.version}"
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for first in range(0, fingers, PART):
        file = folder / f"{version}-{first}.npz"
        if not file.exists():
            made = _made(network, comparator, first)
            draft = file.with_suffix(".draft")
            with draft.open("wb") as writing:
                np.savez(writing, **{name: getattr(made, name) for name in Gallery.__slots__})
            draft.replace(file)
            print(f"    {first + PART:,} synthetic fingers made", flush=True)
        with np.load(file) as columns:
            parts.append([columns[name] for name in Gallery.__slots__])
    return Gallery(*map(np.concatenate, zip(*parts, strict=True)))


def _made(network: EmbeddingNetwork, comparator: Comparator, first: int) -> Gallery:
    embeddings, prepared = [], []
    for start in range(first, first + PART, 500):
        seeds = range(FIRST_SEED + start, FIRST_SEED + start + 500)
        made = [
            generate_template(generate_master(seed), 0, capture_difficulty=LIVE_SCAN)
            for seed in seeds
        ]
        embeddings.append(network.embed_many(made).astype(np.float16))
        prepared += [comparator.prepare(each) for each in made]
    return features(np.concatenate(embeddings), prepared)


def main() -> None:
    """Make the fingers that are missing."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("fingers", type=int)
    options = arguments.parse_args()
    gallery(options.folder, options.fingers)


if __name__ == "__main__":
    main()
