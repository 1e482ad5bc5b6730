from pathlib import Path

import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped, unused-ignore]
import pytest

pytest.importorskip("jax", reason="only in the environment of make train")
from matcher.training import network, onnx_file
from matcher.training.packing import pack
from matcher.training.touches import batch


def test_the_file_embeds_as_the_network_that_was_trained(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    weights = network.Weights(
        *(0.1 * rng.normal(size=each.shape).astype(np.float32) for each in network.blank())
    )
    packed = pack(batch(1, 0, 8))

    onnx_file.write(weights, tmp_path / "embedding.onnx")

    session = ort.InferenceSession(tmp_path / "embedding.onnx")
    [found] = session.run(None, packed._asdict())
    expected = np.asarray(network.embed(weights, *packed))
    assert (found * expected).sum(axis=1).min() > 0.9999
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
