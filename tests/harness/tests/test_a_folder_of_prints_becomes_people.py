import io
from concurrent.futures import Executor
from pathlib import Path

import pytest
from harness.world.fingers import ImageFileFingers, render
from harness.world.image_folder import BadImages, Resolutions, pairs
from harness.world.population import Size, create
from harness.world.sensor import capture_all
from passport.type.v1 import biometrics_pb2 as biometrics
from PIL import Image


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("prints")
    for name in ("A", "B"):
        (root / name).mkdir()
        for finger in (1, 2):
            for impression, png in enumerate(render(finger, 2), start=1):
                (root / name / f"{finger}_{impression}.png").write_bytes(png)
    return root


def test_fingers_are_paired_set_by_set_with_their_resolution(folder: Path) -> None:
    found = pairs(folder, Resolutions.parse("500 B=569"))

    assert [pair.ppi for pair in found] == [500, 569]
    assert [sorted(files) for pair in found for files in pair.fingers] == [[1, 2]] * 4


async def test_files_of_other_kinds_are_prints_too(folder: Path, tmp_path: Path) -> None:
    with Image.open(folder / "A" / "1_1.png") as page_as_png:
        for name in (
            "1_1.jpg",
            "1_2.JP2",
            "2_1.tif",
            "2_2.bmp",
            "3_1.png",
            "3_2.png",
            "4_1.png",
            "4_2.png",
        ):
            page_as_png.save(tmp_path / name)

    first, _ = pairs(tmp_path, Resolutions.parse("500"))
    taken = await ImageFileFingers(
        tuple(tuple(files.values()) for files in first.fingers), 500
    ).samples(1)

    assert [sample.image.format for sample in taken] == [
        biometrics.IMAGE_FORMAT_JPEG,
        biometrics.IMAGE_FORMAT_TIFF,
    ]


def test_a_poor_print_is_taken_again(folder: Path, workers: Executor) -> None:
    poor = folder / "A" / "1_0.png"
    poor.write_bytes(_blank(folder / "A" / "1_1.png"))

    taken = capture_all(pairs(folder, Resolutions.parse("500")), 10, workers)
    poor.unlink()

    assert taken.refused == 1
    assert [file.name for file in taken.people[0].files[0]] == ["1_1.png", "1_2.png", "1_0.png"]


def test_people_of_the_folder_are_on_record_then_renew_or_deceive(
    folder: Path, workers: Executor
) -> None:
    found = pairs(folder, Resolutions.parse("500"))
    people = capture_all(found, 10, workers).people
    size = Size(images_of_planted=1)

    world = create(1, workers, people, size)
    applicants = [a for a in world.all_applicants if a.human.fingers in people]

    assert [human.fingers for human in world.on_record[:2]] == list(people)
    assert sorted(a.planted for a in applicants) == [False, True]
    assert sorted(a.renews for a in applicants) == [False, True]


@pytest.mark.parametrize(
    ("resolutions", "says"),
    [
        ("", "--dpi 500"),
        ("A=500", "B is not given"),
        ("500 C=500", "the sets are A, B"),
        ("100", "250 to 1200"),
        ("500 600", "two resolutions"),
        ("A=x", "'A=x'"),
        ("500 A=500 A=600", "each set once"),
    ],
)
def test_a_resolution_that_is_missing_or_wrong_is_named(
    folder: Path, resolutions: str, says: str
) -> None:
    with pytest.raises(BadImages, match=says):
        pairs(folder, Resolutions.parse(resolutions))


def test_a_folder_without_prints_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadImages, match="holds no FINGER_IMPRESSION"):
        pairs(tmp_path, Resolutions.parse("500"))


def _blank(like: Path) -> bytes:
    target = io.BytesIO()
    with Image.open(like) as page_as_png:
        Image.new("L", page_as_png.size, 255).save(target, format="PNG")
    return target.getvalue()
