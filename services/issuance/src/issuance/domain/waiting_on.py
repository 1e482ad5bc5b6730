"""What an application waits for in each state, and who has to act."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from issuance.domain.formatting import LocalizedText
from issuance.domain.states import ApplicationState


class ResponsibleParty(StrEnum):
    """Who has to act next."""

    APPLICANT = "applicant"
    OFFICER = "officer"
    MATCHER = "matcher"
    EXAMINER = "examiner"
    SUPERVISOR = "supervisor"
    PRINTER = "printer"


@dataclass(frozen=True, slots=True)
class WaitingOn:
    """Who has to act next, and what is waited for in words."""

    responsible_party: ResponsibleParty
    what: LocalizedText


WAITING_ON: Mapping[ApplicationState, WaitingOn] = {
    ApplicationState.RECEIVED: WaitingOn(
        ResponsibleParty.OFFICER,
        LocalizedText("pemeriksaan dokumen", "the check of the documents"),
    ),
    ApplicationState.DOCUMENTS_REFUSED: WaitingOn(
        ResponsibleParty.APPLICANT, LocalizedText("dokumen yang benar", "correct documents")
    ),
    ApplicationState.DOCUMENTS_ACCEPTED: WaitingOn(
        ResponsibleParty.APPLICANT, LocalizedText("pembayaran", "the fee")
    ),
    ApplicationState.PAID: WaitingOn(
        ResponsibleParty.OFFICER,
        LocalizedText("pengambilan sidik jari", "the taking of fingerprints"),
    ),
    ApplicationState.BIOMETRICS_TAKEN: WaitingOn(
        ResponsibleParty.OFFICER, LocalizedText("wawancara", "the interview")
    ),
    ApplicationState.IDENTIFYING: WaitingOn(
        ResponsibleParty.MATCHER, LocalizedText("pemeriksaan identitas", "identification")
    ),
    ApplicationState.ADJUDICATION: WaitingOn(
        ResponsibleParty.EXAMINER, LocalizedText("penilaian pemeriksa", "an examiner's judgement")
    ),
    ApplicationState.AWAITING_APPROVAL: WaitingOn(
        ResponsibleParty.SUPERVISOR, LocalizedText("persetujuan", "approval")
    ),
    ApplicationState.APPROVED: WaitingOn(
        ResponsibleParty.PRINTER, LocalizedText("giliran cetak", "its turn at the machines")
    ),
    ApplicationState.PRINTING: WaitingOn(
        ResponsibleParty.PRINTER, LocalizedText("pencetakan", "printing")
    ),
    ApplicationState.READY: WaitingOn(
        ResponsibleParty.APPLICANT, LocalizedText("pengambilan", "collection")
    ),
}
"""Final states are missing: nothing is waited for in them."""
