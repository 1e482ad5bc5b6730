"""`matcher bench` on a small gallery: its keys are published, and what they say holds."""

import json
from pathlib import Path
from typing import Any

import pytest

from ..command_process import run_command  # noqa: TID252

pytestmark = pytest.mark.timeout(420)
"""Half a minute, and a minute more for the kernels of a fresh checkout, on a busy machine."""

KEYS = {
    "people": int,
    "fingers": int,
    "probes": int,
    "median_s": float,
    "p99_s": float,
    "no_hit_median_s": float,
    "processor_median_s": float,
    "processor_p99_s": float,
    "no_hit_processor_median_s": float,
    "k": int,
    "mate_in_k": float,
    "rank1": float,
    "mates_kept_vs_exact": float,
    "exact_probes": int,
    "bytes_per_person_ram": float,
    "bytes_per_finger": float,
    "bytes_per_person_disk": float,
    "build_s": float,
    "add_visible_s": float,
    "start_s": float,
    "longest_pause_s": float,
    "load": float,
}


def bench(folder: Path, *arguments: str) -> dict[str, Any]:
    """Run the command on people of one finger; return what it wrote."""
    ended = run_command(
        "bench", "--fingers", "1", "--probes", "8", "--exact-probes", "4", "--workers", "1",
        "--cache", "cache", "--out", "out/bench.json", *arguments,
        cwd=folder,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    content: dict[str, Any] = json.loads((folder / "out/bench.json").read_text())
    return content


@pytest.fixture(scope="session")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("bench")
    return folder, bench(folder, "--people", "300", "150")


def test_the_keys_are_these(measured: tuple[Path, dict[str, Any]]) -> None:
    _, result = measured

    largest = {key: type(value) for key, value in result.items()}
    assert largest == KEYS | {"people_made_per_s": type(None), "sizes": list, "measured": dict}
    for size in result["sizes"]:
        assert size.keys() == KEYS.keys() | {"people_made_per_s"}


def test_the_figures_are_of_the_largest_gallery_and_of_each(
    measured: tuple[Path, dict[str, Any]],
) -> None:
    _, result = measured

    assert [size["people"] for size in result["sizes"]] == [150, 300]
    assert result["people"] == 300
    assert (result["fingers"], result["probes"], result["exact_probes"]) == (1, 8, 4)


def test_a_person_on_record_is_found_among_so_few(measured: tuple[Path, dict[str, Any]]) -> None:
    _, result = measured

    assert result["k"] == 200
    assert result["mate_in_k"] == result["rank1"] == result["mates_kept_vs_exact"] == 1.0


def test_a_finger_takes_what_the_index_holds_of_it(measured: tuple[Path, dict[str, Any]]) -> None:
    _, result = measured

    assert 1_000 < result["bytes_per_finger"] < 6_000
    assert result["bytes_per_person_disk"] > 1_000


def test_a_picture_is_drawn(measured: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = measured

    assert (folder / "out/bench.svg").read_text().startswith("<?xml")


@pytest.mark.slow
def test_without_a_snapshot_what_it_tells_is_null(measured: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = measured

    result = bench(folder, "--people", "100", "--without-snapshot")

    assert result["bytes_per_person_disk"] is None
    assert result["start_s"] is None
    assert result["longest_pause_s"] >= 0
