"""Draws how a training went: loss and retrieval error by step."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

mpl.use("Agg")
from matplotlib import pyplot as plt

_SMOOTHED_STEPS, _COLOUR = 20, "#0b6e4f"

Floats = NDArray[np.float32]


def draw_loss_curves(losses: Floats, missed: Floats, interval: int, path: Path) -> None:
    """Write a PNG chart of the loss of each step and of the share of held-out items missed.

    losses: (steps,). missed: (validations,), every `interval` steps. NaN where still to come.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    left.plot(losses, color="0.8", linewidth=0.8)
    smooth = np.convolve(losses, np.ones(_SMOOTHED_STEPS) / _SMOOTHED_STEPS, "valid")
    left.plot(np.arange(len(smooth)) + _SMOOTHED_STEPS - 1, smooth, color=_COLOUR)
    left.set(xlabel="step", ylabel="loss (InfoNCE)")
    right.plot(interval * np.arange(len(missed)), missed, color=_COLOUR, marker="o", markersize=3)
    right.set(xlabel="step", ylabel="held-out: mated one not at rank 1", ylim=(0, None))
    figure.savefig(path, dpi=110)
    plt.close(figure)
