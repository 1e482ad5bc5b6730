"""A gallery of synthetic people is made once; what is not exactly it is made again."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from matcher.at_size import gallery_cache
from matcher.at_size.gallery_cache import GalleryCache
from matcher.at_size.synthetic_people import SyntheticPeople
from matcher.domain.index_entry import IndexEntry
from matcher.model_bundles import load_folder

from ..bundles import make_bundle  # noqa: TID252
from ..models import models  # noqa: TID252
from ..store_and_index import other_embedding  # noqa: TID252

RIGHT_INDEX = 2


def a_gallery(folder: Path, seed: int = 0) -> GalleryCache:
    return GalleryCache(folder, SyntheticPeople(seed, (RIGHT_INDEX,)))


def read(gallery: GalleryCache, first: int = 0, end: int = 3) -> list[IndexEntry]:
    return [each for part in gallery.entries(models(), first, end) for each in part]


def features(entries: list[IndexEntry]) -> list[bytes]:
    return [each.fingers[RIGHT_INDEX].embedding.tobytes() for each in entries]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a gallery of a thousand people."""
    folder = tmp_path_factory.mktemp("gallery")
    assert a_gallery(folder).make(3, workers=1)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(made, tmp_path / "gallery")
    return tmp_path / "gallery"


def the_file(folder: Path) -> Path:
    (file,) = folder.glob("*/people-*")
    return file


def test_it_is_made_once(folder: Path) -> None:
    before = the_file(folder).stat().st_mtime_ns

    assert a_gallery(folder).make(1_000, workers=1) is None
    assert [each.person_id for each in read(a_gallery(folder))] == [
        "synthetic-0",
        "synthetic-1",
        "synthetic-2",
    ]
    assert the_file(folder).stat().st_mtime_ns == before


def test_any_part_of_it_can_be_read(folder: Path) -> None:
    entries = read(a_gallery(folder), 997, 1_000)

    assert [each.person_id for each in entries] == [
        "synthetic-997",
        "synthetic-998",
        "synthetic-999",
    ]


def test_people_have_maps_of_their_ridges_as_real_templates(folder: Path) -> None:
    people = SyntheticPeople(0, (RIGHT_INDEX,))
    (finger,) = people.probe(models(), 1).fingers

    on_record = read(a_gallery(folder))
    made_again = people.enrolled(models(), range(1, 2)).fingers[RIGHT_INDEX]

    assert all(each.fingers[RIGHT_INDEX].prepared.has_map for each in on_record)
    assert finger.minutiae.ridge_map is not None
    assert np.array_equal(
        on_record[1].fingers[RIGHT_INDEX].prepared.ridge_map,
        made_again.ridge_map[0],
    )


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1_000])


def altered(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-5_000] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize("damage", [cut, altered])
def test_a_damaged_file_is_made_again(
    folder: Path, damage: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    before = features(read(a_gallery(folder)))
    damage(the_file(folder))

    again = features(read(a_gallery(folder)))

    assert again == before
    assert "people-0000000 is made again: it is damaged" in capsys.readouterr().err


def test_people_of_another_seed_are_made_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = a_gallery(folder, seed=1)
    other.make(1, workers=1)
    theirs = features(read(other))
    first, second = sorted(folder.glob("*/people-*"))
    shutil.copy(first, second)

    again = features(read(other))

    assert again == theirs
    assert "is made again: it holds other people" in capsys.readouterr().err


def test_another_model_makes_them_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = a_gallery(folder).entries(other_embedding("another"), 0, 3)

    entries = [each for part in parts for each in part]

    assert len(entries) == 3
    assert "is made again: its embeddings are of another model" in capsys.readouterr().err


def test_people_of_another_bundle_of_models_are_kept_apart(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery_cache, "PEOPLE_PER_FILE", 3)
    bundle = make_bundle(tmp_path / "bundles", "next")
    gallery = GalleryCache(tmp_path / "next", SyntheticPeople(0, (RIGHT_INDEX,)), bundle)
    assert gallery.make(3, workers=1)
    made = the_file(tmp_path / "next").stat().st_mtime_ns

    (people,) = gallery.entries(load_folder(bundle), 0, 3)

    assert the_file(tmp_path / "next").stat().st_mtime_ns == made
    assert the_file(tmp_path / "next").parent.name == f"{the_file(folder).parent.name}-next"
    assert len(people) == 3
