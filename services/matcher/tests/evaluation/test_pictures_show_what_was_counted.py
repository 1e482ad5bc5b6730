import io

import numpy as np
from matcher.drawing import PALETTE, draw_minutiae
from matcher.evaluation import charts
from matcher.evaluation.rates import promise, tradeoff
from matcher.minutiae import minutiae_from_rows
from numpy.typing import NDArray
from PIL import Image

GENUINE, IMPOSTOR = np.linspace(1, 12, 60), np.linspace(0, 3, 500)


def _pixels(png: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.format == "PNG"
        return np.asarray(picture.convert("RGB"))


def _has(picture: NDArray[np.uint8], colour: tuple[int, int, int]) -> bool:
    return bool((np.abs(picture.astype(int) - colour).max(axis=2) <= 8).any())


def test_an_ending_and_a_bifurcation_are_told_apart() -> None:
    paper = np.full((100, 120), 255, np.uint8)
    ending = minutiae_from_rows([(60, 50, 0.0, 1, 100)], width=120, height=100)
    fork = minutiae_from_rows([(60, 50, 0.0, 2, 100)], width=120, height=100)

    pictures = [_pixels(draw_minutiae(paper, found)) for found in (ending, fork)]

    assert [_has(pictures[0], colour) for colour in PALETTE[:2]] == [True, False]
    assert [_has(pictures[1], colour) for colour in PALETTE[:2]] == [False, True]


def test_a_better_minutia_is_drawn_stronger() -> None:
    found = [minutiae_from_rows([(50, 50, 0, 1, q)], width=99, height=99) for q in (100, 20)]

    drawn = [_pixels(draw_minutiae(None, each)) for each in found]

    darkest = [int(pixels[120:150, 118:150, 0].min()) for pixels in drawn]
    assert darkest[0] < darkest[1] - 50


def test_a_template_without_an_image_and_without_minutiae_is_drawn() -> None:
    assert _pixels(draw_minutiae(None, minutiae_from_rows([], width=100, height=80))).size


def test_each_set_has_a_curve_of_its_own() -> None:
    curve = tradeoff(GENUINE, IMPOSTOR)

    pooled = _pixels(charts.trade_offs({"pooled": curve}, "one"))
    both = _pixels(charts.trade_offs({"pooled": curve, "DB1": curve}, "two"))

    assert not _has(pooled, PALETTE[0])
    assert _has(both, PALETTE[0])


def test_a_set_without_errors_or_with_nothing_but_errors_is_drawn() -> None:
    apart, upside_down = tradeoff(IMPOSTOR + 9, IMPOSTOR), tradeoff(IMPOSTOR, IMPOSTOR + 9)

    assert _pixels(charts.trade_offs({"a": apart, "b": upside_down}, "both")).size


def _dots(lowest: float) -> int:
    """Pixels that a tail takes whose raw scores begin at `lowest`."""
    grid, strangers = np.linspace(lowest, lowest + 12, 50), np.linspace(lowest, lowest + 8, 200)
    tail = charts.Tail("20 to 29", grid, 10 ** (-(grid - lowest) / 2), strangers)
    return int((np.abs(_pixels(charts.tails([tail])).astype(int) - PALETTE[0]).max(2) < 9).sum())


def test_strangers_of_negative_raw_scores_are_seen_too() -> None:
    assert abs(_dots(-9.0) - _dots(0.0)) < 0.1 * _dots(0.0)


def test_histogram_promise_and_tail_are_drawn() -> None:
    none = np.zeros(100)
    rows = [promise(GENUINE, IMPOSTOR, decades) for decades in (1, 2, 3, 4)]
    grid = np.linspace(-9, 3, 50)
    tail = charts.Tail("20 to 29", grid, 10 ** (-(grid + 9) / 2), np.linspace(-9, -1, 200))

    drawn = [
        charts.histogram(GENUINE, IMPOSTOR, "scores", 2.9),
        charts.histogram(none, none, "no score at all", 0.0),
        charts.promises({"pooled": rows, "DB1": rows}),
        charts.tails([tail]),
    ]

    assert all(len(np.unique(_pixels(png).reshape(-1, 3), axis=0)) > 20 for png in drawn)
