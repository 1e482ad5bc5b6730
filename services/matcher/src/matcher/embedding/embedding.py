"""A finger as 256 numbers: near for the same finger, wherever and however turned it touched.

The network, `embedding.onnx`, is made by `matcher.training.embedding` from synthetic fingers alone;
what it does is written in `matcher.training.embedding.network`.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped, unused-ignore]

from matcher.embedding.neighbourhood import Floats, describe, places
from matcher.minutiae import Minutiae

SIZE = 256
_AT_ONCE = 64
"""Fingers in one run of the network: enough to fill a core, few enough for its cache."""


def embed(found: Minutiae) -> Floats:
    """Return the embedding, float32 (256,) of unit length; all zero without any minutia.

    The inner product of two embeddings says how alike the fingers are, -1 to 1.
    """
    embedding: Floats = embed_many([found])[0]
    return embedding


def embed_many(found: Sequence[Minutiae]) -> Floats:
    """Return the embeddings of several fingers, float32 (k, 256); one thread, the GIL released."""
    embeddings = np.zeros((len(found), SIZE), np.float32)
    there = np.flatnonzero([len(one) > 0 for one in found])
    for start in range(0, len(there), _AT_ONCE):
        rows = there[start : start + _AT_ONCE]
        embeddings[rows] = _run([found[row] for row in rows])
    return embeddings


def _run(found: Sequence[Minutiae]) -> Floats:
    numbers, weight = zip(*map(describe, found), strict=True)
    inputs = {
        "numbers": np.concatenate(numbers),
        "weight": np.concatenate(weight),
        "place": places(np.array([len(one) for one in weight])),
    }
    embeddings: Floats = _NETWORK.run(None, inputs)[0]
    return embeddings


_STORED = Path(__file__).with_name("embedding.onnx")


def _load() -> tuple[ort.InferenceSession, str]:
    stored = _STORED.read_bytes()
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    network = ort.InferenceSession(stored, options, providers=["CPUExecutionProvider"])
    return network, f"netvlad64-{hashlib.sha256(stored).hexdigest()[:8]}"


_NETWORK, VERSION = _load()
