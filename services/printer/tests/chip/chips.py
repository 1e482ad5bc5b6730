"""Builders of chip data with good defaults: the specimen of ICAO Doc 9303."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from PIL import Image
from printer.chip.chip_issuer import ChipIssuer, load_chip_issuer
from printer.chip.elementary_files import ElementaryFiles
from servicekit.security.development_document_signer import (
    DocumentSignerFiles,
    issue_document_signer,
)

NOON = datetime(2026, 11, 5, 4, 0, tzinfo=UTC)
MRZ = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10"


@cache
def a_portrait(form: str = "JPEG") -> bytes:
    """An image of 350 x 450 pixels."""
    target = io.BytesIO()
    Image.new("RGB", (350, 450), (120, 90, 70)).save(target, form)
    return target.getvalue()


@dataclass(frozen=True, slots=True)
class Country:
    """A country that issues e-passports: its CSCA and one document signer."""

    files: DocumentSignerFiles
    issuer: ChipIssuer

    def chip(self, mrz: str = MRZ, at: datetime = NOON) -> ElementaryFiles:
        """The files of a chip, signed."""
        return self.issuer.make_files(mrz, a_portrait(), "F", at)


def a_country(folder: Path, valid_from: datetime = NOON) -> Country:
    """A country with development certificates."""
    files = issue_document_signer(folder, valid_from)
    key = str(files.private_key)
    return Country(files, load_chip_issuer(files.certificate, key, files.authorities))
