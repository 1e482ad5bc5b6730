"""Real fingers: a folder, or a folder of sets, of FINGER_IMPRESSION.png (bmp, tif, jpg, wsq)."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.world.fingers import FORMATS, POSITIONS

_NAME = re.compile(r"(?P<finger>[A-Za-z0-9-]+)_(?P<impression>[0-9]+)")
_LEAST_PPI, _MOST_PPI = 250, 1200


class BadImages(ValueError):
    """The folder or the resolutions cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Resolutions:
    """Pixels per inch: of sets by name, and of all others."""

    by_set: Mapping[str, int]
    others: int | None

    @classmethod
    def parse(cls, text: str) -> "Resolutions":
        """Read ``500``, ``DB1=500 DB2=569`` or both; raises BadImages."""
        by_set: dict[str, int] = {}
        others: int | None = None
        for word in text.split():
            name, equals, number = word.rpartition("=")
            if not equals and others is not None:
                raise BadImages(f"two resolutions for all sets in {text!r}; name the sets")
            if name in by_set or (equals and not name):
                raise BadImages(f"cannot read {word!r}; write 500 or SET=569, each set once")
            if equals:
                by_set[name] = _ppi(number, word)
            else:
                others = _ppi(number, word)
        return cls(by_set, others)

    def of(self, name: str) -> int:
        """Of one set; raises BadImages where nothing is said of it."""
        ppi = self.by_set.get(name, self.others)
        if ppi is None:
            raise BadImages(
                f"the resolution of {name} is not given and never guessed: "
                f"give --dpi 500, or --dpi {name}=500 (with make: DPI=...)"
            )
        return ppi


@dataclass(frozen=True, slots=True)
class Pair:
    """Two fingers that shall be one person's: files of each by impression; ppi of all."""

    fingers: tuple[Mapping[int, Path], ...]
    ppi: int


def pairs(folder: Path, resolutions: Resolutions) -> list[Pair]:
    """The fingers of the folder in pairs, set by set, in order of their names.

    A set's last finger is left out where it has no partner. Raises BadImages.
    """
    if not folder.is_dir():
        raise BadImages(f"{folder} is not a folder")
    sets = {folder.name: _fingers(folder)}
    sets |= {child.name: _fingers(child) for child in sorted(folder.iterdir()) if child.is_dir()}
    sets = {name: fingers for name, fingers in sets.items() if fingers}
    if not sets:
        raise BadImages(
            f"{folder} holds no FINGER_IMPRESSION.png, bmp, tif, jpg, jp2 or wsq; "
            "nor does a folder in it"
        )
    unknown = sorted(set(resolutions.by_set) - set(sets))
    if unknown:
        raise BadImages(f"--dpi names {', '.join(unknown)}; the sets are {', '.join(sets)}")
    found = [
        person
        for name, fingers in sets.items()
        for person in _in_pairs(fingers, resolutions.of(name))
    ]
    if len(found) < 2:
        raise BadImages(f"{folder} has {len(found)} persons of two fingers; two are needed")
    return found


def _fingers(folder: Path) -> dict[str, dict[int, Path]]:
    """Files by finger and impression; fingers with one impression could never come again."""
    fingers: defaultdict[str, dict[int, Path]] = defaultdict(dict)
    for file in sorted(folder.iterdir()):
        match = _NAME.fullmatch(file.stem)
        if match and file.suffix.lower() in FORMATS and file.is_file():
            fingers[match["finger"]][int(match["impression"])] = file
    return {finger: files for finger, files in fingers.items() if len(files) > 1}


def _in_pairs(fingers: Mapping[str, Mapping[int, Path]], ppi: int) -> Iterator[Pair]:
    names = sorted(fingers)
    for start in range(0, len(names) - 1, len(POSITIONS)):
        yield Pair(tuple(fingers[name] for name in names[start : start + len(POSITIONS)]), ppi)


def _ppi(number: str, word: str) -> int:
    if not number.isdecimal() or not _LEAST_PPI <= int(number) <= _MOST_PPI:
        raise BadImages(f"{word!r}: a resolution is {_LEAST_PPI} to {_MOST_PPI} pixels per inch")
    return int(number)
