"""The elementary files that are written to a passport's chip."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from printer.chip.data_objects import MalformedChipData

# Names of ICAO Doc 9303-10 table 38; the order is that in which the digest takes them.
FILE_NAMES = ("EF.COM", "EF.DG1", "EF.DG2", "EF.SOD")


@dataclass(frozen=True, slots=True)
class ElementaryFiles:
    """Content of the files. dg1: machine readable zone. dg2: portrait. sod: their signature."""

    com: bytes
    dg1: bytes
    dg2: bytes
    sod: bytes

    @property
    def by_name(self) -> dict[str, bytes]:
        """The files by their names in FILE_NAMES."""
        return dict(zip(FILE_NAMES, (self.com, self.dg1, self.dg2, self.sod), strict=True))

    @property
    def digest(self) -> bytes:
        """SHA-256 of all files, one after the other in the order of FILE_NAMES. 32 bytes.

        No two chips have the same: each file tells its own length.
        """
        return sha256(b"".join(self.by_name.values())).digest()


def from_names(files: Mapping[str, bytes]) -> ElementaryFiles:
    """Return the files of a mapping by name; raise MalformedChipData unless it is these four."""
    if set(files) != set(FILE_NAMES):
        raise MalformedChipData(f"the files are {', '.join(sorted(files)) or 'missing'}")
    return ElementaryFiles(*(files[name] for name in FILE_NAMES))
