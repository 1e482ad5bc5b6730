"""Which code and which tests does mutation testing use for each service?"""

from dataclasses import dataclass
from pathlib import Path

_PACKAGES_WITH_RULES = ("domain", "use_cases", "store", "index", "workers")
_SCIENCE = (
    "image",
    "extraction",
    "record",
    "embedding",
    "comparison",
    "calibration",
    "synthetic",
    "training",
    "evaluation",
)


@dataclass(frozen=True, slots=True)
class Target:
    """The code to change and the tests that should notice, relative to the repository.

    code: folders of source files. tests: folder of tests. skipped: folders in it that do not run.
    """

    code: tuple[Path, ...]
    tests: Path
    skipped: tuple[Path, ...] = ()

    def sources(self, root: Path) -> list[Path]:
        """Return the source files to change, sorted; without migrations and command lines."""
        files = [file for folder in self.code for file in (root / folder).rglob("*.py")]
        return sorted(
            file
            for file in files
            if file.name != "__main__.py" and not {"migrations", "migration"} & set(file.parts)
        )


def target_for(service: str, root: Path) -> Target:
    """Return the target of a service: its rules, or all of servicekit.

    The science of the matcher is left out, together with its tests: its models are measured by
    benchmarks instead.
    """
    home = Path("services") / service
    package = home / "src" / service
    if service == "servicekit":
        return Target((package,), home / "tests")
    code = tuple(
        package / name for name in _PACKAGES_WITH_RULES if (root / package / name).is_dir()
    )
    tests = home / "tests"
    skipped = tuple(tests / name for name in _SCIENCE) if service == "matcher" else ()
    return Target(code, tests, tuple(path for path in skipped if (root / path).is_dir()))
