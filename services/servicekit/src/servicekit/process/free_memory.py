"""How much memory can this process still be given, by the machine and by its container?"""

from pathlib import Path, PurePosixPath

_V1 = "memory.limit_in_bytes", "memory.usage_in_bytes", "total_"
_V2 = "memory.max", "memory.current", ""
"""Files of a control group, by version, and how names of sums over groups in it begin."""


def free_memory(root: Path = Path("/")) -> int:
    """Return how much memory this process can still be given, bytes; 0 or more.

    That is the least of what the machine has and of what each of its control groups leaves below
    its limit. What files take in the cache counts as free, where a group tells of it: it is given
    back on demand.
    root: of the file system where the kernel says so.
    """
    of_machine = _numbers(root / "proc/meminfo")["MemAvailable:"] * 1024
    return max(0, min([of_machine, *_free_in_groups(root)]))


def _free_in_groups(root: Path) -> list[int]:
    free = []
    for line in (root / "proc/self/cgroup").read_text().splitlines():
        _, controllers, name = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        limit_file, usage_file, prefix = _V1 if controllers else _V2
        groups = root / "sys/fs/cgroup" / ("memory" if controllers else "")
        path = PurePosixPath(name)
        for each in (path, *path.parents):  # a container may see its group as the first one
            group = groups / each.relative_to("/")
            if (group / limit_file).exists() and (limit := _read(group / limit_file)) != "max":
                stat = group / "memory.stat"
                sums = _numbers(stat) if stat.exists() else {}  # not every kernel has one
                cached = sum(sums.get(f"{prefix}{each}_file", 0) for each in ("active", "inactive"))
                free.append(int(limit) - int(_read(group / usage_file)) + cached)
    return free


def _numbers(file: Path) -> dict[str, int]:
    """Return the numbers of a file with a name and a number in each line."""
    return {name: int(value) for name, value, *_ in map(str.split, _read(file).splitlines())}


def _read(file: Path) -> str:
    return file.read_text().strip()
