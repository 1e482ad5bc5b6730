"""Make the files of passports' chips, signed, and authenticate them."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from printer.chip import data_groups
from printer.chip.document_signer import DocumentSigner, load_document_signer
from printer.chip.elementary_files import ElementaryFiles
from printer.chip.passive_authentication import (
    NotAuthentic,
    PassiveAuthentication,
    load_authorities,
)
from printer.chip.security_object import encode_security_object


@dataclass(frozen=True, slots=True)
class ChipIssuer:
    """A document signer, and the authorities that its signatures must be authentic to."""

    signer: DocumentSigner
    authentication: PassiveAuthentication

    def make_files(self, mrz: str, portrait: bytes, sex: str, at: datetime) -> ElementaryFiles:
        """Return the files of a chip.

        mrz: both lines on the page, 88 characters. portrait: JPEG or JPEG 2000. sex: M, F or X.
        at: time of signing (business time). Raises MalformedChipData for another portrait, and
        SigningFailed.
        """
        dg1, dg2 = data_groups.machine_readable_zone(mrz), data_groups.face(portrait, sex)
        groups = {1: dg1, 2: dg2}
        sod = encode_security_object(groups, self.signer.certificate, self.signer.sign, at)
        return ElementaryFiles(data_groups.common_data(), dg1, dg2, sod)


def load_chip_issuer(certificate: Path, key: str, authorities: Path) -> ChipIssuer:
    """Return the issuer with a document signer's certificate and key.

    key: path of a PEM file, or a PKCS#11 URI. authorities: folder of the certificates of the CSCA.
    Raises OSError or ValueError when they cannot be read or do not belong together.
    """
    signer = load_document_signer(certificate, key)
    authentication = PassiveAuthentication(load_authorities(authorities))
    try:
        authentication.verify_issuer(signer.certificate)
    except NotAuthentic as error:
        raise ValueError(f"{certificate}: {error}") from error
    return ChipIssuer(signer, authentication)
