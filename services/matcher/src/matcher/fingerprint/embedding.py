"""A finger as 256 numbers: near for the same finger, wherever and however turned it touched.

The method is `vlad`; its weights, in `embedding.npz`, come from synthetic fingers alone and are
made by `build_embedding`.
"""

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from matcher.fingerprint.minutiae import Minutiae
from matcher.fingerprint.vlad import Floats, Model, expansion


def embed(found: Minutiae) -> Floats:
    """Return the embedding, float32 (256,) of unit length; all zero without any minutia.

    The inner product of two embeddings says how alike the fingers are, -1 to 1.
    """
    embedding: Floats = embed_many([found])[0]
    return embedding


def embed_many(found: Sequence[Minutiae]) -> Floats:
    """Return the embeddings of several fingers, float32 (k, 256)."""
    aggregates = np.zeros((len(found), len(_MODEL.centre)), np.float32)
    for row, one in zip(aggregates, found, strict=True):
        numbers, weight = expansion(one)
        if len(weight):
            row[:] = _MODEL.aggregate(_MODEL.describe(numbers), weight)
    embeddings = _MODEL.project(aggregates)
    embeddings[~aggregates.any(axis=1)] = 0
    return embeddings


_STORED = Path(__file__).with_name("embedding.npz")


def _load() -> tuple[Model, str]:
    stored = _STORED.read_bytes()
    with np.load(io.BytesIO(stored), allow_pickle=False) as arrays:
        model = Model(**{name: arrays[name].astype(np.float32) for name in arrays.files})
    return model, f"vlad{len(model.words)}-{hashlib.sha256(stored).hexdigest()[:8]}"


_MODEL, VERSION = _load()
