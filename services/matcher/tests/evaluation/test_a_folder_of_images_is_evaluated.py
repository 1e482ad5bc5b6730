import csv
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matcher.evaluation.error_rates import equal_error_rate
from matcher.synthetic import LIVE_SCAN, generate_master, generate_ridge_pattern, render_impression
from PIL import Image

FINGERS = {"live": (3, "png"), "ink": (2, "bmp")}
IMPRESSIONS = (1, 2)

pytestmark = pytest.mark.timeout(420)
"""Twenty seconds, and a minute more for the kernels of a fresh checkout, on a busy machine."""


@dataclass(frozen=True, slots=True)
class Run:
    folder: Path
    stderr: str
    result: dict[str, Any]

    def pairs(self, name: str) -> list[dict[str, str]]:
        with (self.folder / "out" / name).open(newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("evaluation")
    for set_, (fingers, kind) in FINGERS.items():
        (folder / "images" / set_).mkdir(parents=True)
        for finger in range(1, fingers + 1):
            ridges = generate_ridge_pattern(generate_master(len(set_) * 100 + finger))
            for impression in IMPRESSIONS:
                image = render_impression(ridges, impression, capture_difficulty=LIVE_SCAN).image
                Image.fromarray(image).save(folder / f"images/{set_}/{finger}_{impression}.{kind}")
    (folder / "images/ink/2_3.bmp").write_bytes(b"BM and nothing more")
    (folder / "images/live/readme.png").write_bytes(b"")
    ended = subprocess.run(
        [sys.executable, "-m", "matcher", "evaluate", "images", "--dpi", "500", "--partial-probes",
         "--out", "out/result.json", "--scores", "out/pairs.csv"],
        cwd=folder, capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return Run(folder, ended.stderr, json.loads((folder / "out/result.json").read_text()))


def test_every_figure_of_the_protocol_is_there(run: Run) -> None:
    rates = {"eer", "fmr100", "fmr1000", "zero_fmr", "fvc_eer", "images", "mated", "non_mated"}
    pooled = {"eer", "fnmr_at_1e2", "fnmr_at_1e3", "fnmr_at_1e4", "zero_fmr"}

    assert run.result["sets"].keys() == FINGERS.keys()
    assert all(rates <= each.keys() for each in run.result["sets"].values())
    assert pooled <= run.result["pooled"].keys()
    assert pooled <= run.result["partial"].keys()
    for rank in ("rank1", "rank10", "rank100", "rank1_one_reference_per_finger"):
        assert run.result[rank].keys() == {"embedding", "reranked"}
    assert run.result["images_per_second"] > 0
    assert run.result["comparisons_per_second"] > 0


def test_pairs_and_searches_are_counted(run: Run) -> None:
    live, ink, pooled = (*(run.result["sets"][name] for name in FINGERS), run.result["pooled"])

    assert (live["images"], live["mated"], live["non_mated"]) == (6, 3, 12)
    assert (ink["images"], ink["mated"], ink["non_mated"]) == (5, 4, 6)
    assert (live["fvc_impostors"], ink["fvc_impostors"]) == (3, 1)
    assert (pooled["mated"], pooled["non_mated"]) == (7, 48)
    assert (run.result["searches"], run.result["searches_one_reference_per_finger"]) == (11, 6)


def test_mated_pairs_score_higher_than_non_mated(run: Run) -> None:
    assert run.result["sets"]["live"]["eer"] < 0.1
    assert run.result["rank1_one_reference_per_finger"]["reranked"] >= 4 / 6


def test_an_unreadable_image_is_reported_and_scores_0(run: Run) -> None:
    scores = [
        float(row["score"])
        for row in run.pairs("pairs.csv")
        if "2_3" in (row["name_a"], row["name_b"])
    ]

    assert "images/ink/2_3.bmp" in run.stderr
    assert run.result["failed"]["whole"].keys() == {"ink/2_3"}
    assert scores == [0.0] * 10


def test_a_file_of_another_name_is_skipped_and_reported(run: Run) -> None:
    assert "live/readme.png" in run.stderr
    assert run.result["skipped"] == ["live/readme.png"]


@pytest.mark.parametrize(
    ("figures", "name"), [("pooled", "pairs.csv"), ("partial", "pairs-partial.csv")]
)
def test_the_scores_of_all_pairs_give_the_same_rates(run: Run, figures: str, name: str) -> None:
    rows = run.pairs(name)
    scores = np.array([float(row["score"]) for row in rows])
    finger = [[row[f"set_{s}"] + row[f"name_{s}"].split("_")[0] for row in rows] for s in "ab"]
    mated = np.array(finger[0]) == np.array(finger[1])

    again = equal_error_rate(scores[mated], scores[~mated])

    assert list(rows[0]) == ["set_a", "name_a", "set_b", "name_b", "score"]
    assert len(rows) == 55
    assert again is not None
    assert again.rate == run.result[figures]["eer"]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.references: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.references += [value or "" for key, value in attrs if key in ("src", "href")]


def test_the_report_needs_no_other_file_and_no_script(run: Run) -> None:
    text, page = (run.folder / "out/result.html").read_text(), _Page()

    page.feed(text)

    assert "script" not in page.tags
    assert len(page.references) > 15
    assert all(reference.startswith("data:image/") for reference in page.references)
    assert not re.search(r"url\(|@import", text)


def test_figures_are_written_beside_the_result(run: Run) -> None:
    names = {file.stem for file in (run.folder / "out/result").iterdir()}

    assert {
        "det",
        "histogram",
        "histogram-partial",
        "nominal-fmr",
        "mated-01",
        "non-mated-08",
    } <= names
    for file in (run.folder / "out/result").iterdir():
        assert Image.open(file).format == "PNG"
