"""In a container the memory that is free is what its limit leaves, not what the machine has."""

from pathlib import Path

import pytest
from servicekit.process.free_memory import free_memory

MACHINE = 64_000 * 1024
V2 = "0::/pod/matcher\n"
V1 = "12:cpu,cpuacct:/batch\n5:hugetlb,memory:/pod/matcher\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The file system of a machine whose processes are in no group with a limit."""
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/meminfo").write_text(
        "MemTotal: 128000 kB\nMemFree: 1000 kB\nMemAvailable: 64000 kB\nHugePages_Total: 0\n"
    )
    (tmp_path / "proc/self/cgroup").write_text("0::/\n")
    return tmp_path


def _write_v2(root: Path, group: str, limit: str, used: int, of_files: tuple[int, int]) -> None:
    folder = root / "sys/fs/cgroup" / group
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "memory.max").write_text(f"{limit}\n")
    (folder / "memory.current").write_text(f"{used}\n")
    (folder / "memory.stat").write_text(
        f"anon 7\nfile 900\nactive_file {of_files[0]}\ninactive_file {of_files[1]}\n"
    )


def _write_v1(root: Path, group: str, limit: int, used: int, of_files: tuple[int, int]) -> None:
    folder = root / "sys/fs/cgroup/memory" / group
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "memory.limit_in_bytes").write_text(f"{limit}\n")
    (folder / "memory.usage_in_bytes").write_text(f"{used}\n")
    (folder / "memory.stat").write_text(
        f"active_file 1\ninactive_file 1\n"
        f"total_active_file {of_files[0]}\ntotal_inactive_file {of_files[1]}\n"
    )


def test_without_a_limit_it_is_what_the_machine_has(root: Path) -> None:
    assert free_memory(root) == MACHINE

    (root / "proc/self/cgroup").write_text(V2)
    _write_v2(root, "pod/matcher", "max", 3_000, (0, 0))
    assert free_memory(root) == MACHINE


@pytest.mark.parametrize("group", ["pod/matcher", "pod", ""])
def test_any_group_around_the_process_may_limit_it(root: Path, group: str) -> None:
    (root / "proc/self/cgroup").write_text(V2)
    _write_v2(root, group, "4000", 3_000, (200, 30))

    assert free_memory(root) == 4_000 - 3_000 + 200 + 30


def test_the_group_that_leaves_least_counts(root: Path) -> None:
    (root / "proc/self/cgroup").write_text(V2)
    _write_v2(root, "pod/matcher", "4000", 100, (0, 0))
    _write_v2(root, "pod", "5000", 4_900, (0, 0))

    assert free_memory(root) == 100


def test_the_name_of_a_group_may_hold_a_colon(root: Path) -> None:
    (root / "proc/self/cgroup").write_text("0::/pod:1/matcher\n")
    _write_v2(root, "pod:1/matcher", "4000", 3_900, (0, 0))

    assert free_memory(root) == 100


def test_it_is_none_beyond_the_limit(root: Path) -> None:
    (root / "proc/self/cgroup").write_text(V2)
    _write_v2(root, "pod", "4000", 4_100, (0, 0))

    assert free_memory(root) == 0


@pytest.mark.parametrize("group", ["pod/matcher", "pod", ""])
def test_groups_of_version_1_count_too(root: Path, group: str) -> None:
    (root / "proc/self/cgroup").write_text(V1)
    _write_v1(root, group, 4_000, 3_000, (200, 30))
    _write_v1(root, "batch", 4_000, 4_000, (0, 0))

    assert free_memory(root) == 4_000 - 3_000 + 200 + 30


@pytest.mark.parametrize("content", [None, "anon 7\n"])
def test_where_nothing_says_what_files_take_it_is_what_is_not_used(
    root: Path, content: str | None
) -> None:
    (root / "proc/self/cgroup").write_text(V2)
    _write_v2(root, "pod/matcher", "4000", 3_000, (200, 30))
    stat = root / "sys/fs/cgroup/pod/matcher/memory.stat"
    if content is None:
        stat.unlink()
    else:
        stat.write_text(content)

    assert free_memory(root) == 1_000


def test_a_group_beside_that_of_the_container_is_not_looked_for(root: Path) -> None:
    (root / "proc/self/cgroup").write_text("0::/../other\n")
    _write_v2(root, "", "4000", 3_000, (0, 0))

    assert free_memory(root) == 1_000


def test_this_machine_has_some() -> None:
    assert free_memory() > 0
