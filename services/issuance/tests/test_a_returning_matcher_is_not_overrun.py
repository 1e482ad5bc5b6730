"""Hundreds wait for the matcher, which comes back and fails twice more: `make recovery`, small."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from .recovery.chart import draw
from .recovery.run import recover


@pytest.fixture
def _quiet() -> Iterator[None]:
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**before)


@pytest.mark.usefixtures("_quiet")
def test_everybody_is_identified_once_and_no_faster_than_granted(tmp_path: Path) -> None:
    recovery = recover(tmp_path, waiting=200, granted=10.0, seed=1)

    figures = recovery.figures()
    assert (figures["waiting"], figures["done"]) == (200, 200)
    assert (figures["lost"], figures["doubled"]) == (0, 0)
    assert recovery.matcher.away[0][1] - recovery.matcher.away[0][0] == pytest.approx(90)
    assert len(recovery.matcher.away) == 2
    assert 1 < int(str(figures["peak_per_s"])) <= 10
    assert float(str(figures["first_urgent_s"])) <= 60


@pytest.mark.usefixtures("_quiet")
def test_the_recovery_is_drawn(tmp_path: Path) -> None:
    recovery = recover(tmp_path, waiting=3, granted=10.0, seed=1)

    draw(recovery, tmp_path / "chart.svg")

    chart = (tmp_path / "chart.svg").read_text(encoding="utf-8")
    assert "emergency" in chart
    assert "granted" in chart
