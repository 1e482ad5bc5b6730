import pytest

from .evaluation_run import Run

pytestmark = pytest.mark.timeout(420)
"""The evaluation takes half a minute, and a minute more for the kernels of a fresh checkout."""


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
