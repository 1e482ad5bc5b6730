"""Extraction of the minutiae of an image by the LEADER neural network, run by onnxruntime.

How the ridges run is read from the image beside them.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped, unused-ignore]
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from matcher.extraction import leader_network
from matcher.extraction.leader_weights import WEIGHTS_SHA256, Layers
from matcher.extraction.ridge_flow import LEAST_SIDE, map_of, ridge_flow
from matcher.minutiae import MAX_MINUTIAE, Minutiae, minutiae_from_rows

DEFAULT_MINIMUM_QUALITY = 0.1
"""Minutiae of lower quality, 0 to 1, are discarded. Many minutiae with their quality compare better
than few good ones, since the comparison weighs each by its quality."""
_LARGE_PIXELS = 262_144
"""Pixels of an image after which memory is given back: kept, it spares a sixth of the time, which
the operating system takes to hand out zeroed pages for each map anew."""


class Extractor:
    """The loaded LEADER network. One instance may be called from several threads at once.

    The same image gives the same minutiae on the same kind of processor, whatever else runs.
    version: name of weights, implementation and minimum quality, stored with every decision.
    """

    def __init__(self, threads: int = 1, minimum_quality: float = DEFAULT_MINIMUM_QUALITY) -> None:
        """Load the installed weights; `threads` cores work on each image.

        minimum_quality: minutiae of lower quality, 0 to 1, are discarded.
        Raises RuntimeError if the installed weights are not those that were measured.
        """
        self.version = f"leader-{WEIGHTS_SHA256[:8]}-2-{minimum_quality:.2f}"
        self._minimum_quality = minimum_quality
        layers = Layers()
        self._detector = _session(leader_network.detection_network(layers), threads)
        self._attributes = _session(leader_network.attribute_network(layers), threads)

    def __call__(self, image: NDArray[np.uint8]) -> Minutiae:
        """Return the minutiae of an image at 500 dpi, uint8 (h, w): at most 255, best first.

        With the map of its ridges, unless it is smaller than `LEAST_SIDE`.
        """
        height, width = image.shape
        canvas, top, left = _padded(image.astype(np.float32))
        quality, features = self._detector.run(
            None, {"image": canvas[None, :, :, None]}, _run_options(canvas.size)
        )
        inside = quality[0, top : top + height, left : left + width, 0]
        y, x = np.nonzero(inside >= self._minimum_quality)
        best = np.argsort(-inside[y, x], kind="stable")[:MAX_MINUTIAE]
        y, x = y[best], x[best]
        angle, ending = self._direction_and_kind(features[0], y + top, x + left)
        rows = np.stack(
            [x, y, angle, np.where(ending, 1, 2), np.clip(np.rint(inside[y, x] * 100), 1, 100)],
            axis=1,
        )
        found = minutiae_from_rows(rows.astype(np.float64), width=width, height=height)
        if min(image.shape) < LEAST_SIDE:
            return found
        return replace(found, ridge_map=map_of(ridge_flow(image)))

    def _direction_and_kind(
        self, features: NDArray[np.float32], y: NDArray[np.intp], x: NDArray[np.intp]
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Return angle (radians) and whether it is a ridge ending, of minutiae at these pixels."""
        around = leader_network.WINDOW_RADIUS
        edged = np.pad(features, ((around, around), (around, around), (0, 0)))
        windows = sliding_window_view(
            edged, (leader_network.WINDOW, leader_network.WINDOW), axis=(0, 1)
        )
        near = sliding_window_view(np.pad(np.ones(features.shape[:2], np.float32), 1), (3, 3))
        cell, pixel = (y // 2, x // 2), 2 * (y % 2) + x % 2
        direction, ending = self._attributes.run(
            None,
            {"windows": windows[cell].transpose(0, 2, 3, 1), "inside": near[cell][..., None]},
        )
        each = np.arange(len(y))
        cosine, sine = direction.reshape(-1, 4, 2)[each, pixel].T
        return np.arctan2(sine, cosine), ending.reshape(-1, 4)[each, pixel] >= 0


def _session(network: bytes, threads: int) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    _register_arena()
    options.add_session_config_entry("session.use_env_allocators", "1")
    return ort.InferenceSession(network, options, providers=["CPUExecutionProvider"])


@cache
def _register_arena() -> None:
    """Let the networks of this process share one arena, which grows by what is asked for."""
    arena = ort.OrtArenaCfg(
        {
            "max_mem": 0,  # no limit
            "arena_extend_strategy": 1,  # not to the next power of two: that is never given back
            "initial_chunk_size_bytes": -1,
            "max_dead_bytes_per_chunk": -1,
        }
    )
    where = ort.OrtMemoryInfo(
        "Cpu", ort.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, ort.OrtMemType.DEFAULT
    )
    ort.create_and_register_allocator(where, arena)


def _run_options(pixels: int) -> ort.RunOptions:
    options = ort.RunOptions()
    if pixels > _LARGE_PIXELS:
        options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return options


def _padded(image: NDArray[np.float32]) -> tuple[NDArray[np.float32], int, int]:
    """Return the image centred on a canvas of whole strides, and its top and left position there.

    The margin has the grey of the image's upper left corner.
    """
    down, right = (-side % leader_network.STRIDE for side in image.shape)
    top, left = down // 2, right // 2
    margins = ((top, down - top), (left, right - left))
    return np.pad(image, margins, constant_values=float(image[0, 0])), top, left
