"""What an application waits for in each state, and whose move it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from issuance.domain.states import State
from issuance.domain.words import Text


class ResponsibleParty(StrEnum):
    """Whose move it is."""

    APPLICANT = "applicant"
    OFFICER = "officer"
    MATCHER = "matcher"
    EXAMINER = "examiner"
    SUPERVISOR = "supervisor"
    PRINTER = "printer"


@dataclass(frozen=True, slots=True)
class Wait:
    """What is waited for, in words, and whose move it is."""

    responsible_party: ResponsibleParty
    what: Text


WAITS: Mapping[State, Wait] = {
    State.RECEIVED: Wait(
        ResponsibleParty.OFFICER, Text("pemeriksaan dokumen", "the check of the documents")
    ),
    State.DOCUMENTS_REFUSED: Wait(
        ResponsibleParty.APPLICANT, Text("dokumen yang benar", "correct documents")
    ),
    State.DOCUMENTS_ACCEPTED: Wait(ResponsibleParty.APPLICANT, Text("pembayaran", "the fee")),
    State.PAID: Wait(
        ResponsibleParty.OFFICER, Text("pengambilan sidik jari", "the taking of fingerprints")
    ),
    State.BIOMETRICS_TAKEN: Wait(ResponsibleParty.OFFICER, Text("wawancara", "the interview")),
    State.IDENTIFYING: Wait(
        ResponsibleParty.MATCHER, Text("pemeriksaan identitas", "identification")
    ),
    State.ADJUDICATION: Wait(
        ResponsibleParty.EXAMINER, Text("penilaian pemeriksa", "an examiner's judgement")
    ),
    State.AWAITING_APPROVAL: Wait(ResponsibleParty.SUPERVISOR, Text("persetujuan", "approval")),
    State.APPROVED: Wait(
        ResponsibleParty.PRINTER, Text("giliran cetak", "its turn at the machines")
    ),
    State.PRINTING: Wait(ResponsibleParty.PRINTER, Text("pencetakan", "printing")),
    State.READY: Wait(ResponsibleParty.APPLICANT, Text("pengambilan", "collection")),
}
"""States that are not here are final: nobody waits."""
