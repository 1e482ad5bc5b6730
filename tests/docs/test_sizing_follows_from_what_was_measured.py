import runpy
from pathlib import Path
from typing import Any

import pytest

SIZING = runpy.run_path(str(Path(__file__).parents[2] / "docs/sizing.py"))


def measured(people: int, no_hit_seconds: float) -> dict[str, Any]:
    return {
        "people": people,
        "fingers": 2,
        "no_hit_processor_median_s": no_hit_seconds,
        "bytes_per_person_ram": 6_000.0,
        "bytes_per_finger": 2_500.0,
        "bytes_per_person_disk": 5_000.0,
    }


def test_memory_is_of_the_person_and_of_each_finger() -> None:
    size = measured(100_000, 0.3)

    assert SIZING["person_bytes"](size) == 1_000
    assert SIZING["memory_bytes"](size, 1_000_000, 2) == 6_000_000_000
    assert SIZING["memory_bytes"](size, 1_000_000, 10) == 26_000_000_000


def test_a_snapshot_grows_with_the_fingers() -> None:
    assert SIZING["snapshot_bytes"](measured(100_000, 0.3), 1_000_000, 10) == 25_000_000_000


@pytest.mark.parametrize(
    ("people", "fingers", "seconds"), [(1_000_000, 2, 2.1), (200_000, 10, 2.5)]
)
def test_a_search_takes_longer_in_line_with_the_two_largest_galleries(
    people: int, fingers: int, seconds: float
) -> None:
    sizes = [measured(1_000, 0.01), measured(10_000, 0.12), measured(100_000, 0.3)]

    found = SIZING["search_seconds"](sizes, people, fingers)

    assert found == pytest.approx(seconds)
    assert SIZING["cores"](found) == 3
