"""One run of `matcher evaluate`: all its tests are here, so that no other process repeats it."""

import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from matcher.evaluation.error_rates import equal_error_rate
from PIL import Image

from .evaluation_run import FINGERS, Run
from .result_keys import RESULT

pytestmark = pytest.mark.timeout(420)
"""Twenty seconds, and a minute more for the kernels of a fresh checkout, on a busy machine."""


def test_every_figure_of_the_protocol_is_there(run: Run) -> None:
    rates = {"eer", "fmr100", "fmr1000", "zero_fmr", "fvc_eer", "images", "genuine", "impostors"}
    pooled = {"eer", "fnmr_at_1e2", "fnmr_at_1e3", "fnmr_at_1e4", "zero_fmr"}

    assert run.result["sets"].keys() == FINGERS.keys()
    assert all(rates <= each.keys() for each in run.result["sets"].values())
    assert pooled <= run.result["pooled"].keys()
    assert pooled <= run.result["hard"].keys()
    for rank in ("rank1", "rank10", "rank100", "rank1_single"):
        assert run.result[rank].keys() == {"embedding", "reranked"}
    assert run.result["images_per_second"] > 0
    assert run.result["comparisons_per_second"] > 0


def test_pairs_and_searches_are_counted(run: Run) -> None:
    live, ink, pooled = (*(run.result["sets"][name] for name in FINGERS), run.result["pooled"])

    assert (live["images"], live["genuine"], live["impostors"]) == (6, 3, 12)
    assert (ink["images"], ink["genuine"], ink["impostors"]) == (5, 4, 6)
    assert (live["fvc_impostors"], ink["fvc_impostors"]) == (3, 1)
    assert (pooled["genuine"], pooled["impostors"]) == (7, 48)
    assert (run.result["searches"], run.result["searches_single"]) == (11, 6)


def test_mated_pairs_score_higher_than_non_mated(run: Run) -> None:
    assert run.result["sets"]["live"]["eer"] < 0.1
    assert run.result["rank1_single"]["reranked"] >= 4 / 6


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


@pytest.mark.parametrize(("figures", "name"), [("pooled", "pairs.csv"), ("hard", "pairs-hard.csv")])
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


def _types(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _types(each) for key, each in value.items()}
    return [_types(each) for each in value] if isinstance(value, list) else type(value)


def test_the_keys_of_the_result_are_these_at_every_level(run: Run) -> None:
    assert _types(run.result) == RESULT


@pytest.mark.parametrize("name", ["pairs.csv", "pairs-hard.csv"])
def test_the_columns_of_the_scores_are_these(run: Run, name: str) -> None:
    assert {tuple(row) for row in run.pairs(name)} == {
        ("set_a", "name_a", "set_b", "name_b", "score")
    }


def test_each_gallery_is_measured_the_smallest_first(run: Run) -> None:
    galleries = run.result["at_size"]

    assert [gallery["distractors"] for gallery in galleries] == [200, 1_000]
    assert [gallery["people"] for gallery in galleries] == [202, 1_002]


def test_each_impression_is_once_on_record_and_the_others_are_searched(run: Run) -> None:
    for gallery in run.result["at_size"]:
        assert (gallery["compositions"], gallery["persons_composed"]) == (2, 2)
        assert (gallery["searches"], gallery["searches_non_mated"]) == (4, 4)


def test_persons_on_record_are_found_and_nobody_else(run: Run) -> None:
    for gallery in run.result["at_size"]:
        assert gallery["mate_compared"] == gallery["rank1"] == 1.0
        assert gallery["fnir_at_nominal_fpir_1e3"] == 0.0
        assert gallery["counts"]["nominal_fpir_1e3_taken"] == 0


def test_an_fpir_that_so_few_searches_cannot_show_is_not_stated(run: Run) -> None:
    for gallery in [*run.result["at_size"], *run.result["hard_at_size"]]:
        assert gallery["fnir_at_fpir_1e2"] is None
        assert gallery["fnir_at_fpir_1e3"] is None


def test_the_report_draws_them_beside_what_vendors_published(run: Run) -> None:
    page = (run.folder / "out/result.html").read_text()

    assert (run.folder / "out/result/at-size.png").exists()
    assert (run.folder / "out/result/hard-at-size.png").exists()
    assert "Searches among many people, partial probes" in page
