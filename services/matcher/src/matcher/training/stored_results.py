"""Keeps the results of the parts of a long computation in files, so that it can be continued."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Arrays = Sequence[NDArray[np.float64]]


def stored_results(
    folder: Path | None, name: str, compute: Callable[[int], Arrays]
) -> Callable[[int], Arrays]:
    """Return `compute`, which reads the results that it finds in the folder and stores the others.

    folder: where to keep FOLDER/NAME-NUMBER.npz; None stores nothing. A file is written whole or
    not at all, so several processes may share the folder. It is the caller's affair that the files
    were made by the same code.
    """
    if folder is None:
        return compute

    def read_or_compute(number: int) -> Arrays:
        file = folder / f"{name}-{number}.npz"
        if not file.exists():
            _write(file, compute(number))
        with np.load(file, allow_pickle=False) as stored:
            return [stored[f"arr_{k}"] for k in range(len(stored.files))]

    folder.mkdir(parents=True, exist_ok=True)
    return read_or_compute


def _write(file: Path, arrays: Arrays) -> None:
    unfinished = file.with_suffix(f".{os.getpid()}")
    with unfinished.open("wb") as target:
        np.savez(target, *arrays)
    unfinished.replace(file)
