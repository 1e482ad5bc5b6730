import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped, unused-ignore]
import pytest
from matcher.extraction import leader_weights
from matcher.extraction.extractor import DEFAULT_MINIMUM_QUALITY, Extractor
from matcher.synthetic import LIVE_SCAN, generate_master, generate_ridge_pattern, render_impression
from numpy.typing import NDArray

Image = NDArray[np.uint8]


@pytest.fixture(scope="module")
def image() -> Image:
    shown = render_impression(
        generate_ridge_pattern(generate_master(31)), 0, capture_difficulty=LIVE_SCAN
    ).image
    return shown[: len(shown) // 32 * 32, : shown.shape[1] // 32 * 32]


def published(image: Image) -> NDArray[np.float32]:
    """By pixel: position, direction, ending, quality, as the weights' own network answers."""
    session = ort.InferenceSession(
        leader_weights.published_network(), providers=["CPUExecutionProvider"]
    )
    answer = session.run(None, {"input": image.astype(np.float32)[None, :, :, None]})[0]
    return np.asarray(answer[0], np.float32)


def test_on_a_whole_print(image: Image) -> None:
    answer = published(image)
    y, x = np.nonzero(answer[:, :, 3] >= DEFAULT_MINIMUM_QUALITY)

    found = Extractor()(image)

    assert len(found) > 20
    assert set(map(tuple, found.xy.tolist())) == set(zip(x.tolist(), y.tolist(), strict=True))
    _, direction, ending, quality = answer[found.xy[:, 1], found.xy[:, 0]].T
    assert np.abs(np.exp(1j * found.angle) - np.exp(1j * direction)).max() < 1e-3
    assert (found.kind == np.where(ending >= 0.5, 1, 2)).all()
    assert np.abs(found.quality - 100 * quality).max() < 0.6


def test_where_the_print_is_cut_off(image: Image) -> None:
    height, width = (side // 64 * 32 for side in image.shape)
    corner = image[height // 2 : height // 2 + height, width // 2 : width // 2 + width]
    answer = published(corner)
    y, x = np.nonzero(answer[:, :, 3] >= DEFAULT_MINIMUM_QUALITY)
    edge = np.minimum(np.minimum(x, y), np.minimum(width - 1 - x, height - 1 - y))

    found = Extractor()(corner)

    assert edge.min() < 4, "no minutia near enough to the edge to show how it is treated"
    assert set(map(tuple, found.xy.tolist())) == set(zip(x.tolist(), y.tolist(), strict=True))
    direction = answer[found.xy[:, 1], found.xy[:, 0], 1]
    assert np.abs(np.exp(1j * found.angle) - np.exp(1j * direction)).max() < 1e-3


def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leader_weights, "WEIGHTS_SHA256", "0" * 64)

    with pytest.raises(RuntimeError, match="not the ones measured"):
        Extractor()
