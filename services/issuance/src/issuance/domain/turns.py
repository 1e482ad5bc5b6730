"""What an application waits for in each state, and whose move it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from issuance.domain.states import State
from issuance.domain.words import Text


class Turn(StrEnum):
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

    turn: Turn
    what: Text


WAITS: Mapping[State, Wait] = {
    State.RECEIVED: Wait(Turn.OFFICER, Text("pemeriksaan dokumen", "the check of the documents")),
    State.DOCUMENTS_REFUSED: Wait(Turn.APPLICANT, Text("dokumen yang benar", "correct documents")),
    State.DOCUMENTS_ACCEPTED: Wait(Turn.APPLICANT, Text("pembayaran", "the fee")),
    State.PAID: Wait(Turn.OFFICER, Text("pengambilan sidik jari", "the taking of fingerprints")),
    State.BIOMETRICS_TAKEN: Wait(Turn.OFFICER, Text("wawancara", "the interview")),
    State.IDENTIFYING: Wait(Turn.MATCHER, Text("pemeriksaan identitas", "identification")),
    State.ADJUDICATION: Wait(Turn.EXAMINER, Text("penilaian pemeriksa", "an examiner's judgement")),
    State.AWAITING_APPROVAL: Wait(Turn.SUPERVISOR, Text("persetujuan", "approval")),
    State.APPROVED: Wait(Turn.PRINTER, Text("giliran cetak", "its turn at the machines")),
    State.PRINTING: Wait(Turn.PRINTER, Text("pencetakan", "printing")),
    State.READY: Wait(Turn.APPLICANT, Text("pengambilan", "collection")),
}
"""States that are not here are final: nobody waits."""
