"""Files of an invented applicant, for calls to the services by hand."""

from collections.abc import Iterator
from pathlib import Path

from harness.world.drawn_portrait import portrait_photo
from harness.world.fingers import render
from harness.world.seeds import derive

FINGERS = ("right-index", "left-index")


def write_applicant(directory: Path, seed: int) -> Iterator[Path]:
    """Write a photo and two fingerprints of 500 ppi; return the files, each once it is there."""
    directory.mkdir(parents=True, exist_ok=True)
    yield _write(directory / "photo.jpg", portrait_photo(derive(seed, "face")))
    for finger in FINGERS:
        [image] = render(derive("finger", seed, finger), occasions=1)
        yield _write(directory / f"{finger}.png", image)


def _write(file: Path, content: bytes) -> Path:
    file.write_bytes(content)
    return file
