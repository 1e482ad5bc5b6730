"""What a bundle left that cannot be removed is tried again after ever longer pauses."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from matcher.use_cases.remove_unused_files import RemoveUnusedFiles

START = datetime(2018, 10, 26, 1, 0, tzinfo=UTC)
SERVING = frozenset({"packaged"})


class _Disk:
    """Files that can be removed from some moment on, and when that was tried. now: a clock."""

    def __init__(self, free_after: float) -> None:
        self.seconds = 0
        self.tried: list[int] = []
        self._free_after = free_after

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    async def remove(self, _in_use: Collection[str]) -> bool:
        self.tried.append(self.seconds)
        return self.seconds >= self._free_after

    async def pass_(self, seconds: int, remove: RemoveUnusedFiles, in_use: frozenset[str]) -> None:
        for _ in range(seconds):
            await remove(in_use)
            self.seconds += 1


async def test_each_pause_is_twice_as_long_up_to_ten_minutes() -> None:
    disk = _Disk(free_after=float("inf"))
    remove = RemoveUnusedFiles(disk.remove, disk.now)

    await disk.pass_(2_500, remove, SERVING)

    assert disk.tried == [0, 5, 15, 35, 75, 155, 315, 635, 1_235, 1_835, 2_435]


async def test_what_is_gone_is_not_tried_again() -> None:
    disk = _Disk(free_after=10)
    remove = RemoveUnusedFiles(disk.remove, disk.now)

    await disk.pass_(100, remove, SERVING)

    assert disk.tried == [0, 5, 15]


async def test_another_bundle_of_no_use_is_removed_at_once() -> None:
    disk = _Disk(free_after=float("inf"))
    remove = RemoveUnusedFiles(disk.remove, disk.now)
    await disk.pass_(20, remove, SERVING)

    await disk.pass_(20, remove, SERVING | {"next"})

    assert disk.tried == [0, 5, 15, 20, 25, 35]
