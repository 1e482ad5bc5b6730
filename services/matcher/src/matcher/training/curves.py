"""A picture of how training went."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

mpl.use("Agg")
from matplotlib import pyplot as plt

_SMOOTH, _INK = 20, "#0b6e4f"

Floats = NDArray[np.float32]


def draw(losses: Floats, missed: Floats, every: int, path: Path) -> None:
    """Draw the loss of each step and, each `every` steps, the share of unseen fingers missed.

    losses: (steps,). missed: (looks,). Both NaN where still to come.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    left.plot(losses, color="0.8", linewidth=0.8)
    smooth = np.convolve(losses, np.ones(_SMOOTH) / _SMOOTH, "valid")
    left.plot(np.arange(len(smooth)) + _SMOOTH - 1, smooth, color=_INK)
    left.set(xlabel="step", ylabel="loss (InfoNCE)")
    right.plot(every * np.arange(len(missed)), missed, color=_INK, marker="o", markersize=3)
    right.set(xlabel="step", ylabel="unseen fingers not found first", ylim=(0, None))
    figure.savefig(path, dpi=110)
    plt.close(figure)
