"""The holder of an emergency document that was handed over, who is still to be identified."""

from dataclasses import dataclass
from datetime import datetime

from issuance.domain.formatting import LocalizedText
from issuance.domain.waiting_on import ResponsibleParty, WaitingOn


@dataclass(frozen=True, slots=True)
class UnidentifiedHolder:
    """One of them. since: when the document was handed over, or an appeal granted, business time.

    asked: whether the matcher is still to be asked. refused: whether it refuses the fingers for
    good, unless somebody has it asked again. examined: whether examiners are to decide. If nothing
    of it, the matcher could not use the fingers.
    """

    case: str
    office: str
    since: datetime
    document_number: str
    asked: bool
    refused: bool
    examined: bool

    @property
    def waiting_on(self) -> WaitingOn:
        """What is waited for, and who has to act."""
        if self.examined:
            return _EXAMINED
        if self.asked:
            return _ASKED
        return _REFUSED if self.refused else _UNUSABLE


_ASKED = WaitingOn(
    ResponsibleParty.MATCHER,
    LocalizedText(
        "pemeriksaan identitas pemegang dokumen perjalanan darurat yang sudah diserahkan",
        "the identification of the holder of an emergency document that was handed over",
    ),
)
_EXAMINED = WaitingOn(
    ResponsibleParty.EXAMINER,
    LocalizedText(
        "penilaian pemeriksa atas pemegang dokumen perjalanan darurat yang sudah diserahkan",
        "examiners' decision about the holder of an emergency document that was handed over",
    ),
)
_REFUSED = WaitingOn(
    ResponsibleParty.SUPERVISOR,
    LocalizedText(
        "identifikasi pemegang dokumen perjalanan darurat dengan cara lain, karena sidik jari yang "
        "diambil ditolak oleh sistem pencocokan",
        "that the holder of an emergency document is identified otherwise: the matcher refuses the "
        "fingerprints that were taken",
    ),
)
_UNUSABLE = WaitingOn(
    ResponsibleParty.SUPERVISOR,
    LocalizedText(
        "identifikasi pemegang dokumen perjalanan darurat tanpa sidik jari yang diambil, karena "
        "tidak dapat digunakan",
        "that the holder of an emergency document is identified otherwise: the fingerprints that "
        "were taken cannot be used",
    ),
)
