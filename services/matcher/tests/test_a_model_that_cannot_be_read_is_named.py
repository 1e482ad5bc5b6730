"""What is wrong with a file of a bundle of models is told with the name of the file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from matcher.domain.errors import BundleUnusable
from matcher.model_bundles import load_folder

from .bundles import make_bundle, sum_files


def _change(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    content = json.loads((folder / "likelihood.json").read_text())
    change(content)
    (folder / "likelihood.json").write_text(json.dumps(content))


def _refused(folder: Path) -> str:
    sum_files(folder)
    with pytest.raises(BundleUnusable) as refused:
        load_folder(folder)
    return refused.value.message


def test_so_is_the_network_that_weighs_what_coincides(tmp_path: Path) -> None:
    lacking, other, text = (make_bundle(tmp_path, name) for name in ("lacking", "other", "text"))
    _change(lacking, lambda content: content.pop("inward"))
    _change(other, lambda content: content["straight"].pop())
    (text / "likelihood.json").write_text("{")

    assert _refused(lacking) == "bundle lacking: likelihood.json: KeyError('inward')"
    assert "bundle other: likelihood.json: " in _refused(other)
    assert "bundle text: likelihood.json: JSONDecodeError" in _refused(text)


@pytest.mark.parametrize("file", ["descriptor.npz", "quantizer.npy", "embedding.onnx"])
def test_so_are_others(tmp_path: Path, file: str) -> None:
    folder = make_bundle(tmp_path, "next")
    (folder / file).write_bytes(b"nothing of the kind")

    assert file in _refused(folder)


def test_an_error_that_names_its_file_does_so_once(tmp_path: Path) -> None:
    folder = make_bundle(tmp_path, "next")
    (folder / "calibration.json").write_text("{}")

    assert _refused(folder).count("calibration.json") == 1
