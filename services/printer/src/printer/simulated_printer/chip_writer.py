"""The simulated printer's chip writer: the files that go with a page, written and read back."""

from pathlib import Path

from printer.chip.data_objects import MalformedChipData
from printer.chip.elementary_files import FILE_NAMES, ElementaryFiles, from_names
from printer.page.pdfium import UnreadablePdf, read_attachments


def write_chip(chip: Path, document: bytes) -> str | None:
    """Write the files that go with a page; return the digest of what the chip then holds.

    chip: folder with one file for each elementary file, made if missing. document: PDF of the page.
    Returns SHA-256 in lower-case hex, None for a page without all the files of a chip.
    """
    try:
        files = from_names(read_attachments(document))
    except (UnreadablePdf, MalformedChipData):
        return None
    chip.mkdir(parents=True, exist_ok=True)
    for name, content in files.by_name.items():
        (chip / name).write_bytes(content)
    return read_chip(chip).digest.hex()


def read_chip(chip: Path) -> ElementaryFiles:
    """Return the files on a chip; raises OSError for one that was never written."""
    return from_names({name: (chip / name).read_bytes() for name in FILE_NAMES})
