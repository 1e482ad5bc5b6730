from pathlib import Path

import pytest
from matcher.evaluation.image_collection import BadCollection, find_images, parse_resolutions


def _folder(at: Path, *names: str) -> Path:
    for name in names:
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).touch()
    return at


def test_images_directly_in_the_folder_are_a_set_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _folder(tmp_path / "mine", "1_1.png", "1_2.png", "2_1.png")
    monkeypatch.chdir(tmp_path / "mine")

    found = find_images(Path(), {"": 500})

    assert [each.title for each in found.images] == ["mine/1_1", "mine/1_2", "mine/2_1"]


def test_a_folder_in_it_is_a_set_with_its_own_resolution(tmp_path: Path) -> None:
    _folder(tmp_path, "A/1_1.tif", "A/2_1.jpg", "B/1_1.wsq", "B/1_2.JP2")

    found = find_images(tmp_path, parse_resolutions(["500", "B=569"]))

    assert [(each.set, each.ppi) for each in found.images] == [("A", 500)] * 2 + [("B", 569)] * 2
    assert found.fingers.tolist() == ["A/1", "A/2", "B/1", "B/1"]


def test_fingers_and_impressions_are_ordered_as_numbers(tmp_path: Path) -> None:
    _folder(tmp_path, "s/10_1.png", "s/9_10.png", "s/9_2.png", "s/left_index_1.png")

    found = find_images(tmp_path, {"": 500})

    assert [each.name for each in found.images] == ["left_index_1", "9_2", "9_10", "10_1"]


def test_files_named_otherwise_are_skipped_and_listed(tmp_path: Path) -> None:
    _folder(tmp_path, "s/1_1.png", "s/1_2.png", "s/2_1.png", "s/2_1.bmp", "s/1_1.iso", "s/x.png")

    found = find_images(tmp_path, {"": 500})

    assert found.skipped == ["s/1_1.iso", "s/2_1.png", "s/x.png"]
    assert [each.file.name for each in found.images] == ["1_1.png", "1_2.png", "2_1.bmp"]


@pytest.mark.parametrize(
    ("names", "dpi", "says"),
    [
        ((), ["500"], "holds no FINGER_IMPRESSION"),
        (("s/1_1.png", "s/1_2.png"), ["500"], "one finger only"),
        (("s/1_1.png", "s/2_1.png"), ["500"], "every finger only once"),
        (("s/1_1.png", "s/1_2.png", "s/2_1.png"), ["t=500"], "resolution of s is not given"),
        (("s/1_1.png", "s/1_2.png", "s/2_1.png"), ["500", "t=500"], "--dpi names t"),
    ],
)
def test_a_folder_that_cannot_be_evaluated_is_refused(
    tmp_path: Path, names: tuple[str, ...], dpi: list[str], says: str
) -> None:
    with pytest.raises(BadCollection, match=says):
        find_images(_folder(tmp_path, *names), parse_resolutions(dpi))


@pytest.mark.parametrize("words", [["many"], ["20"], ["A=9000"], ["=500"], ["500", "600"]])
def test_an_impossible_resolution_is_refused(words: list[str]) -> None:
    with pytest.raises(BadCollection, match="--dpi"):
        parse_resolutions(words)


def test_one_argument_may_hold_several_resolutions() -> None:
    assert parse_resolutions(["500 DB2_B=569"]) == {"": 500, "DB2_B": 569}
