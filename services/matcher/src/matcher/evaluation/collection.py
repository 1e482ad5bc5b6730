"""The images there are: FINGER_IMPRESSION.png and the like, in a folder or in one folder a set."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.image.decode import MAX_PPI, MIN_PPI

KINDS = ("png", "tif", "tiff", "bmp", "jpg", "jpeg", "jp2", "wsq")
_NAME = re.compile(rf"(?P<finger>.+)_(?P<impression>[0-9]+)\.(?:{'|'.join(KINDS)})", re.IGNORECASE)


class BadCollection(ValueError):
    """The folder or the resolutions cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Print:
    """One image of a finger. ppi: the resolution it was taken at."""

    set: str
    finger: str
    impression: int
    file: Path
    ppi: int

    @property
    def name(self) -> str:
        """Of the image within its set: the file's name without what follows the dot."""
        return self.file.stem

    @property
    def title(self) -> str:
        """Of the image among all."""
        return f"{self.set}/{self.name}"

    @property
    def order(self) -> tuple[str, int, str, int]:
        """Sets by name; fingers and impressions by number where they are numbers."""
        number = int(self.finger) if self.finger.isdecimal() else -1
        return self.set, number, self.finger, self.impression


@dataclass(frozen=True, slots=True)
class Collection:
    """All images, in order. skipped: files, by their path in the folder, that are none."""

    prints: Sequence[Print]
    skipped: Sequence[str]

    @property
    def sets(self) -> NDArray[np.str_]:
        """The set of each image, str (n,)."""
        return np.array([each.set for each in self.prints])

    @property
    def fingers(self) -> NDArray[np.str_]:
        """The finger of each image, named with its set, str (n,)."""
        return np.array([f"{each.set}/{each.finger}" for each in self.prints])


def resolutions(words: Sequence[str]) -> Mapping[str, int]:
    """Read ``500``, ``DB2_B=569``, or several in one word with blanks between; "" for all others.

    Raises BadCollection.
    """
    given: dict[str, int] = {}
    for word in (part for each in words for part in each.split()):
        name, equals, number = word.rpartition("=")
        if not number.isdecimal() or not MIN_PPI <= int(number) <= MAX_PPI or (equals and not name):
            raise BadCollection(f"--dpi {word}: write 500 or SET=569, from {MIN_PPI} to {MAX_PPI}")
        if name in given:
            raise BadCollection(f"--dpi gives two resolutions for {name or 'all other sets'}")
        given[name] = int(number)
    return given


def collect(folder: Path, ppi: Mapping[str, int]) -> Collection:
    """Find the images of a folder and of the folders in it.

    ppi: resolution by name of set, "" for all others. Images directly in the folder are a set of
    its name. Raises BadCollection where there are none, where there can be no mates or no
    strangers among them, or where a resolution is missing or of a set that is not there.
    """
    if not folder.is_dir():
        raise BadCollection(f"{folder} is not a folder")
    prints: dict[str, Print] = {}
    skipped = []
    for name, file in _files(folder):
        found = _NAME.fullmatch(file.name)
        title = f"{name}/{file.stem}"
        if found and title not in prints:
            finger, impression = found["finger"], int(found["impression"])
            prints[title] = Print(name, finger, impression, file, _of(name, ppi))
        else:
            skipped.append(str(file.relative_to(folder)))
    ordered = sorted(prints.values(), key=lambda each: each.order)
    _check(folder, ordered, ppi)
    return Collection(ordered, skipped)


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file with the name of its set."""
    for place in (folder, *sorted(folder.iterdir())):
        if place.is_dir():
            name = place.resolve().name if place == folder else place.name
            yield from ((name, file) for file in sorted(place.iterdir()) if file.is_file())


def _of(name: str, ppi: Mapping[str, int]) -> int:
    try:
        return ppi[name] if name in ppi else ppi[""]
    except KeyError:
        raise BadCollection(
            f"the resolution of {name} is not given and never guessed: "
            f"give --dpi 500 or --dpi {name}=500"
        ) from None


def _check(folder: Path, prints: Sequence[Print], ppi: Mapping[str, int]) -> None:
    if not prints:
        kinds = ",".join(KINDS)
        raise BadCollection(f"{folder} holds no FINGER_IMPRESSION.{{{kinds}}}, nor do its folders")
    sets = {each.set for each in prints}
    unknown = sorted(set(ppi) - sets - {""})
    if unknown:
        raise BadCollection(f"--dpi names {', '.join(unknown)}; the sets are {', '.join(sets)}")
    fingers = len({(each.set, each.finger) for each in prints})
    if fingers == 1:
        raise BadCollection(f"{folder} holds one finger only: there is no stranger to compare with")
    if fingers == len(prints):
        raise BadCollection(f"{folder} holds every finger only once: there are no mates to compare")
