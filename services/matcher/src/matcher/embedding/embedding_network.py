"""The embedding of a finger: 256 numbers, similar for impressions of the same finger.

Turning or shifting the finger hardly changes it. The network, `embedding.onnx`, is trained by
`matcher.training.embedding` on synthetic fingers alone; `network` in that package defines its
architecture.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped, unused-ignore]

from matcher.embedding.neighbourhood_features import Floats, network_inputs, rows_by_finger
from matcher.minutiae import Minutiae, MinutiaeBatch

EMBEDDING_SIZE = 256
"""Numbers in an embedding."""
EMBEDDING_FILE = Path(__file__).with_name("embedding.onnx")
"""The network that comes with this package."""
FINGERS_PER_RUN = 64
"""Fingers in one run of the network: enough to fill a core, few enough for its cache."""


class EmbeddingNetwork:
    """The loaded embedding network. One instance may be called from several threads at once.

    version: name of the network, stored with every embedding.
    """

    def __init__(self, onnx: bytes) -> None:
        """Load a network from the content of an ONNX file; it runs on one thread."""
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = ort.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
        self.version = f"netvlad64-{hashlib.sha256(onnx).hexdigest()[:8]}"

    @classmethod
    def load(cls, path: Path = EMBEDDING_FILE) -> Self:
        """Read a network from an ONNX file.

        Raises OSError, ValueError if embeddings have another size, and what ONNX Runtime raises.
        """
        network = cls(path.read_bytes())
        widths = [output.shape[1:] for output in network._session.get_outputs()]
        if widths != [[EMBEDDING_SIZE]]:
            raise ValueError(f"{path} makes {widths} numbers of a finger, not {EMBEDDING_SIZE}")
        return network

    def embed(self, finger: Minutiae) -> Floats:
        """Return the embedding, float32 (256,) of unit length; all zero without any minutia.

        The inner product of two embeddings is the similarity of the fingers, -1 to 1.
        """
        embedding: Floats = self.embed_many([finger])[0]
        return embedding

    def embed_many(self, fingers: Sequence[Minutiae]) -> Floats:
        """Return the embeddings of k fingers, float32 (k, 256); one thread, the GIL released."""
        embeddings = np.zeros((len(fingers), EMBEDDING_SIZE), np.float32)
        with_minutiae = np.flatnonzero([len(finger) > 0 for finger in fingers])
        for start in range(0, len(with_minutiae), FINGERS_PER_RUN):
            rows = with_minutiae[start : start + FINGERS_PER_RUN]
            embeddings[rows] = self.embed_batch(MinutiaeBatch.of([fingers[row] for row in rows]))
        return embeddings

    def embed_batch(self, fingers: MinutiaeBatch) -> Floats:
        """Return the same of a batch, by one run of the network; each finger has minutiae.

        Fastest for `FINGERS_PER_RUN`.
        """
        features, weights, counts = network_inputs(fingers)
        # The names are those in the ONNX file; another file would be another version.
        inputs = {"numbers": features, "weight": weights, "place": rows_by_finger(counts)}
        embeddings: Floats = self._session.run(None, inputs)[0]
        return embeddings
