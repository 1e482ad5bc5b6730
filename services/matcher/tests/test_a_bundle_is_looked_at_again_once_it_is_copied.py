"""A bundle of models that was looked at while it was being copied is found once it is whole."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from matcher.comparison.comparator import Comparator
from matcher.domain.model_bundle import PACKAGED
from matcher.model_bundles import ModelBundles
from matcher.use_cases.installed_comparators import InstalledComparators

from .bundles import change_calibration, make_bundle
from .models import models


def _make_other_comparison(bundles: Path, name: str) -> str:
    """Make a bundle of another comparison, and return its version."""
    folder = make_bundle(bundles, name)
    descriptor = folder / "descriptor.npz"
    with np.load(descriptor) as arrays:
        np.savez(descriptor, votes=arrays["votes"][::-1], threshold=arrays["threshold"])
    version = Comparator.load(descriptor, folder / "likelihood.json").version
    change_calibration(folder, 1.0, version)
    return version


def test_a_file_that_was_cut_short_is_read_when_it_is_whole(tmp_path: Path) -> None:
    version = _make_other_comparison(tmp_path, "next")
    quantizer = tmp_path / "next" / "quantizer.npy"
    content = quantizer.read_bytes()
    quantizer.write_bytes(content[:-1])
    installed = InstalledComparators(models().comparator, PACKAGED, ModelBundles(tmp_path, None))

    half_copied = installed(version)
    quantizer.write_bytes(content)
    whole = installed(version)

    assert half_copied is None
    assert whole is not None
    assert whole.version == version


def test_what_has_not_changed_is_read_once(tmp_path: Path) -> None:
    version = _make_other_comparison(tmp_path, "next")
    installed = InstalledComparators(models().comparator, PACKAGED, ModelBundles(tmp_path, None))

    assert installed(version) is installed(version)


def test_a_folder_that_is_removed_while_it_is_looked_at_has_no_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("kept", "removed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "quantizer.npy").touch()
    is_dir = Path.is_dir

    def is_dir_until_now(path: Path) -> bool:
        found = is_dir(path)
        if path.name == "removed":
            shutil.rmtree(path)
        return found

    monkeypatch.setattr(Path, "is_dir", is_dir_until_now)

    files = ModelBundles(tmp_path, None).files()

    assert [Path(file).parent.name for file, _, _ in files] == ["kept"]
