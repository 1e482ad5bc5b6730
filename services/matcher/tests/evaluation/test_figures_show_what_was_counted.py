import io

import numpy as np
from matcher.drawing import PALETTE, draw_minutiae
from matcher.evaluation.error_rates import check_nominal_fmr, det_curve
from matcher.evaluation.report import charts
from matcher.minutiae import minutiae_from_rows
from numpy.typing import NDArray
from PIL import Image

MATED, NON_MATED = np.linspace(1, 12, 60), np.linspace(0, 3, 500)


def _pixels(png: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(png)) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB"))


def _has(image: NDArray[np.uint8], colour: tuple[int, int, int]) -> bool:
    return bool((np.abs(image.astype(int) - colour).max(axis=2) <= 8).any())


def test_an_ending_and_a_bifurcation_have_different_colours() -> None:
    background = np.full((100, 120), 255, np.uint8)
    ending = minutiae_from_rows([(60, 50, 0.0, 1, 100)], width=120, height=100)
    fork = minutiae_from_rows([(60, 50, 0.0, 2, 100)], width=120, height=100)

    images = [_pixels(draw_minutiae(background, found)) for found in (ending, fork)]

    assert [_has(images[0], colour) for colour in PALETTE[:2]] == [True, False]
    assert [_has(images[1], colour) for colour in PALETTE[:2]] == [False, True]


def test_a_better_minutia_is_drawn_stronger() -> None:
    found = [minutiae_from_rows([(50, 50, 0, 1, q)], width=99, height=99) for q in (100, 20)]

    drawn = [_pixels(draw_minutiae(None, each)) for each in found]

    darkest = [int(pixels[120:150, 118:150, 0].min()) for pixels in drawn]
    assert darkest[0] < darkest[1] - 50


def test_a_template_without_an_image_and_without_minutiae_is_drawn() -> None:
    assert _pixels(draw_minutiae(None, minutiae_from_rows([], width=100, height=80))).size


def test_each_set_has_a_curve_of_its_own() -> None:
    curve = det_curve(MATED, NON_MATED)

    pooled = _pixels(charts.det_chart({"pooled": curve}, "one"))
    both = _pixels(charts.det_chart({"pooled": curve, "DB1": curve}, "two"))

    assert not _has(pooled, PALETTE[0])
    assert _has(both, PALETTE[0])


def test_a_set_without_errors_or_with_nothing_but_errors_is_drawn() -> None:
    apart, upside_down = det_curve(NON_MATED + 9, NON_MATED), det_curve(NON_MATED, NON_MATED + 9)

    assert _pixels(charts.det_chart({"a": apart, "b": upside_down}, "both")).size


def _dots(lowest: float) -> int:
    """Return the pixels of the dots of a tail whose raw scores begin at `lowest`."""
    grid, non_mated = np.linspace(lowest, lowest + 12, 50), np.linspace(lowest, lowest + 8, 200)
    tail = charts.NonMatedTail("20 to 29", grid, 10 ** (-(grid - lowest) / 2), non_mated)
    return int(
        (
            np.abs(_pixels(charts.non_mated_tail_chart([tail])).astype(int) - PALETTE[0]).max(2) < 9
        ).sum()
    )


def test_non_mated_of_negative_raw_scores_are_drawn_too() -> None:
    assert abs(_dots(-9.0) - _dots(0.0)) < 0.1 * _dots(0.0)


def test_histogram_nominal_fmr_and_tail_are_drawn() -> None:
    none = np.zeros(100)
    rows = [check_nominal_fmr(MATED, NON_MATED, decades) for decades in (1, 2, 3, 4)]
    grid = np.linspace(-9, 3, 50)
    tail = charts.NonMatedTail("20 to 29", grid, 10 ** (-(grid + 9) / 2), np.linspace(-9, -1, 200))

    drawn = [
        charts.score_histogram(MATED, NON_MATED, "scores", 2.9),
        charts.score_histogram(none, none, "no score at all", 0.0),
        charts.nominal_fmr_chart({"pooled": rows, "DB1": rows}),
        charts.non_mated_tail_chart([tail]),
    ]

    assert all(len(np.unique(_pixels(png).reshape(-1, 3), axis=0)) > 20 for png in drawn)
