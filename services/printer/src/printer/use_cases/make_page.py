"""Make the page of a passport with the data of its chip, and verify both as they were made."""

from dataclasses import dataclass
from datetime import datetime

from printer.chip.chip_issuer import ChipIssuer
from printer.chip.data_objects import MalformedChipData
from printer.chip.document_signer import SigningFailed
from printer.chip.elementary_files import ElementaryFiles, from_names
from printer.chip.passive_authentication import NotAuthentic
from printer.domain.errors import ChipNotSigned
from printer.page.attachments import NO_ATTACHMENTS
from printer.page.data_page import PageData, render
from printer.page.mrz import td3_mrz
from printer.page.pdfium import read_attachments
from printer.page.unprintable import UnprintableField
from printer.page.verification import verify_page


@dataclass(frozen=True, slots=True)
class VerifiedPage:
    """A page that carries its data, and the chip's files if it has a chip.

    mrz: both lines, 88 characters. chip_sha256: digest of the chip's files; None without a chip.
    """

    pdf: bytes
    mrz: str
    chip_sha256: bytes | None


class MakePage:
    """Makes pages. chip_issuer: None in an office whose books have no chip."""

    def __init__(self, chip_issuer: ChipIssuer | None) -> None:
        self._chip_issuer = chip_issuer

    def __call__(self, data: PageData, at: datetime) -> VerifiedPage:
        """Return the page of `data`.

        at: business time. Raises UnprintableField for a value that cannot be on the page or the
        chip, ChipNotSigned, and PageVerificationError or NotAuthentic if the page went wrong.
        """
        zone = td3_mrz(data.mrz)
        mrz = zone.upper + zone.lower
        if self._chip_issuer is None:
            return VerifiedPage(_render(data), mrz, None)
        files = _make_files(self._chip_issuer, data, mrz, at)
        pdf = _render(data, files)
        # What the machine will find there, not what was meant to be there.
        attached = from_names(read_attachments(pdf))
        self._chip_issuer.authentication.verify(attached, mrz, at)
        return VerifiedPage(pdf, mrz, attached.digest)


def _render(data: PageData, files: ElementaryFiles | None = None) -> bytes:
    pdf = render(data, files.by_name if files else NO_ATTACHMENTS)
    verify_page(pdf, data)
    return pdf


def _make_files(issuer: ChipIssuer, data: PageData, mrz: str, at: datetime) -> ElementaryFiles:
    if not data.portrait:
        raise UnprintableField("portrait", "a passport with a chip needs one")
    try:
        files = issuer.make_files(mrz, data.portrait, data.mrz.sex, at)
        issuer.authentication.verify(files, mrz, at)
    except MalformedChipData as error:
        raise UnprintableField("portrait", str(error)) from error
    except (SigningFailed, NotAuthentic) as error:
        raise ChipNotSigned(f"the chip could not be signed: {error}") from error
    return files
