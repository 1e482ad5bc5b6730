from pathlib import Path

import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped, unused-ignore]
import pytest

pytest.importorskip("jax", reason="only in the environment of make train")
from matcher.training.embedding import network, onnx_export
from matcher.training.embedding.batches import make_batch, pad


def test_the_file_embeds_as_the_network_that_was_trained(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    weights = network.Weights(
        *(0.1 * rng.normal(size=each.shape).astype(np.float32) for each in network.zero_weights())
    )
    padded = pad(make_batch(1, 0, 8))

    onnx_export.write(weights, tmp_path / "embedding.onnx")

    session = ort.InferenceSession(tmp_path / "embedding.onnx")
    [found] = session.run(None, padded._asdict())
    expected = np.asarray(network.embed(weights, *padded))
    assert (found * expected).sum(axis=1).min() > 0.9999
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
