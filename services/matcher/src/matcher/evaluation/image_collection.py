"""Finds labelled images: FINGER_IMPRESSION.png and the like, in a folder or its sub-folders."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.image.decode import MAX_PPI, MIN_PPI

EXTENSIONS = ("png", "tif", "tiff", "bmp", "jpg", "jpeg", "jp2", "wsq")
_NAME = re.compile(
    rf"(?P<finger>.+)_(?P<impression>[0-9]+)\.(?:{'|'.join(EXTENSIONS)})", re.IGNORECASE
)


class BadCollection(ValueError):
    """The folder or the resolutions cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class LabelledImage:
    """The file of one impression of a finger, with its labels and its resolution."""

    set: str
    finger: str
    impression: int
    file: Path
    ppi: int

    @property
    def name(self) -> str:
        """Name of the image within its set: the file's name without extension."""
        return self.file.stem

    @property
    def title(self) -> str:
        """Name of the image within the collection: SET/NAME."""
        return f"{self.set}/{self.name}"

    @property
    def sort_key(self) -> tuple[str, int, str, int]:
        """Key that sorts sets by name, fingers and impressions by number where they are numbers."""
        number = int(self.finger) if self.finger.isdecimal() else -1
        return self.set, number, self.finger, self.impression


@dataclass(frozen=True, slots=True)
class ImageCollection:
    """All images, sorted. skipped: paths, within the folder, of files that are not images of it."""

    images: Sequence[LabelledImage]
    skipped: Sequence[str]

    @property
    def sets(self) -> NDArray[np.str_]:
        """The set of each image, str (n,)."""
        return np.array([each.set for each in self.images])

    @property
    def fingers(self) -> NDArray[np.str_]:
        """The finger of each image, named with its set, str (n,)."""
        return np.array([f"{each.set}/{each.finger}" for each in self.images])


def parse_resolutions(arguments: Sequence[str]) -> Mapping[str, int]:
    """Return dpi by set from arguments like ``500`` or ``DB2_B=569``; "" stands for other sets.

    One argument may hold several, separated by blanks. Raises BadCollection.
    """
    given: dict[str, int] = {}
    for word in (part for each in arguments for part in each.split()):
        name, equals, number = word.rpartition("=")
        if not number.isdecimal() or not MIN_PPI <= int(number) <= MAX_PPI or (equals and not name):
            raise BadCollection(f"--dpi {word}: write 500 or SET=569, from {MIN_PPI} to {MAX_PPI}")
        if name in given:
            raise BadCollection(f"--dpi gives two resolutions for {name or 'all other sets'}")
        given[name] = int(number)
    return given


def find_images(
    folder: Path, ppi: Mapping[str, int], *, mated_needed: bool = True
) -> ImageCollection:
    """Find the images of a folder and of its sub-folders.

    ppi: resolution by name of set, "" for all others. Images directly in the folder are a set of
    its name. mated_needed: whether at least one finger must have two images. Raises BadCollection
    where there are no images, no non-mated pairs among them, no mated ones though they are needed,
    or where a resolution is missing or given for a set that does not exist.
    """
    if not folder.is_dir():
        raise BadCollection(f"{folder} is not a folder")
    images: dict[str, LabelledImage] = {}
    skipped = []
    for name, file in _files(folder):
        found = _NAME.fullmatch(file.name)
        title = f"{name}/{file.stem}"
        if found and title not in images:
            finger, impression = found["finger"], int(found["impression"])
            images[title] = LabelledImage(name, finger, impression, file, _resolution(name, ppi))
        else:
            skipped.append(str(file.relative_to(folder)))
    ordered = sorted(images.values(), key=lambda each: each.sort_key)
    _check(folder, ordered, ppi, mated_needed)
    return ImageCollection(ordered, skipped)


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield every file with the name of its set."""
    for place in (folder, *sorted(folder.iterdir())):
        if place.is_dir():
            name = place.resolve().name if place == folder else place.name
            yield from ((name, file) for file in sorted(place.iterdir()) if file.is_file())


def _resolution(name: str, ppi: Mapping[str, int]) -> int:
    try:
        return ppi[name] if name in ppi else ppi[""]
    except KeyError:
        raise BadCollection(
            f"the resolution of {name} is not given and never guessed: "
            f"give --dpi 500 or --dpi {name}=500"
        ) from None


def _check(
    folder: Path, images: Sequence[LabelledImage], ppi: Mapping[str, int], mated_needed: bool
) -> None:
    if not images:
        extensions = ",".join(EXTENSIONS)
        raise BadCollection(
            f"{folder} holds no FINGER_IMPRESSION.{{{extensions}}}, nor do its folders"
        )
    sets = {each.set for each in images}
    unknown = sorted(set(ppi) - sets - {""})
    if unknown:
        raise BadCollection(f"--dpi names {', '.join(unknown)}; the sets are {', '.join(sets)}")
    fingers = len({(each.set, each.finger) for each in images})
    if fingers == 1:
        raise BadCollection(f"{folder} holds one finger only: there are no non-mated pairs")
    if mated_needed and fingers == len(images):
        raise BadCollection(f"{folder} holds every finger only once: there are no mated pairs")
