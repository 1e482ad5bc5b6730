"""What an application waits for in each state, and who has to act."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from issuance.domain.case import Case
from issuance.domain.formatting import LocalizedText, format_day
from issuance.domain.payment import PaymentDifference
from issuance.domain.states import AWAITING_IDENTIFICATION, FINAL_STATES, ApplicationState


class ResponsibleParty(StrEnum):
    """Who has to act next."""

    APPLICANT = "applicant"
    OFFICER = "officer"
    MATCHER = "matcher"
    EXAMINER = "examiner"
    SUPERVISOR = "supervisor"
    PRINTER = "printer"
    ADMINISTRATOR = "administrator"


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
    ApplicationState.IDENTITY_REVIEW: WaitingOn(
        ResponsibleParty.SUPERVISOR,
        LocalizedText(
            "keputusan identitas tanpa sidik jari, berdasarkan foto dan wawancara",
            "the decision on identity without fingerprints, by photo and interview",
        ),
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
    ApplicationState.PRINT_FAILED: WaitingOn(
        ResponsibleParty.SUPERVISOR,
        LocalizedText(
            "keputusan cetak ulang setelah kendala di percetakan",
            "the approval to print again, after what went wrong at the printing office",
        ),
    ),
    ApplicationState.BOOK_HELD: WaitingOn(
        ResponsibleParty.MATCHER,
        LocalizedText(
            "pemeriksaan identitas, yang harus selesai sebelum paspor diserahkan",
            "identification, which is due before the passport is handed over",
        ),
    ),
    ApplicationState.READY: WaitingOn(
        ResponsibleParty.APPLICANT, LocalizedText("pengambilan", "collection")
    ),
}
"""Final states are missing: nothing is waited for in them."""
HELD = WaitingOn(
    ResponsibleParty.SUPERVISOR,
    LocalizedText("pemeriksaan tambahan oleh supervisor", "a further check by a supervisor"),
)
"""In place of the approval and the collection. Why is for the history, not for the applicant."""
FINGERS_DIFFER = WaitingOn(
    ResponsibleParty.SUPERVISOR,
    LocalizedText(
        "keputusan supervisor: sidik jari pengambil tidak cocok dengan permohonan",
        "a supervisor's decision: the fingers of who came for it are not those of the application",
    ),
)
"""In place of the collection, when the last finger check failed."""
PORTRAIT_MISSING = WaitingOn(
    ResponsibleParty.OFFICER, LocalizedText("foto pemohon", "the applicant's photo")
)
"""In place of the interview and the approval, which need a portrait."""
IDENTIFICATION_SET_ASIDE = WaitingOn(
    ResponsibleParty.ADMINISTRATOR,
    LocalizedText(
        "perbaikan oleh administrator atas permintaan yang tidak diterima pusat pencocokan",
        "the mending by an administrator of a request that the matcher does not accept",
    ),
)
"""In place of an identification that is not attempted any more."""
PAYMENT_WAITS_FOR: Mapping[PaymentDifference, WaitingOn] = {
    PaymentDifference.UNRECORDED: WaitingOn(
        ResponsibleParty.ADMINISTRATOR,
        LocalizedText(
            "pencatatan bukti bayar pada permohonannya, atau pengembalian uang",
            "the receipt to be recorded for its application, or the money to be given back",
        ),
    ),
    PaymentDifference.UNREPORTED: WaitingOn(
        ResponsibleParty.SUPERVISOR,
        LocalizedText(
            "pemeriksaan bukti bayar yang tidak dilaporkan oleh saluran pembayaran",
            "a look at the receipt, which the payment channel has not reported",
        ),
    ),
    PaymentDifference.AMOUNT: WaitingOn(
        ResponsibleParty.SUPERVISOR,
        LocalizedText(
            "pemeriksaan jumlah yang berbeda dari laporan saluran pembayaran",
            "a look at the amount, which is not the one that the payment channel reported",
        ),
    ),
}
IDENTIFICATION_DUE = LocalizedText(
    "pemohon baru diverifikasi dengan datanya sendiri karena pemeriksaan identitas terganggu; "
    "pemeriksaan identitas harus selesai sebelum paspor diserahkan",
    "the applicant was only verified with their own record, since identification was out; they are "
    "identified before the passport is handed over",
)
"""Of an applicant who was only verified."""
EMERGENCY_IDENTIFICATION_DUE = LocalizedText(
    "dokumen perjalanan darurat dibuat sebelum pemohon diidentifikasi karena pemeriksaan identitas "
    "terganggu; pemeriksaan itu dilakukan segera setelah pulih, juga sesudah dokumen diserahkan",
    "an emergency document is made before the applicant is identified, since identification was "
    "out; they are identified as soon as that can be done, also after the hand-over",
)
"""Of an applicant of whom an emergency document is made."""
HOLDER_IDENTIFICATION_DUE = LocalizedText(
    "dokumen perjalanan darurat sudah diserahkan, dan pemegangnya masih harus diidentifikasi; "
    "sebelum itu permohonan paspor tidak dapat diajukan",
    "an emergency document was handed over, and its holder is still to be identified; until then "
    "no passport can be applied for",
)
"""Of the holder of an emergency document, also while examiners decide again after an appeal."""
WORK_SET_ASIDE = WaitingOn(
    ResponsibleParty.ADMINISTRATOR,
    LocalizedText(
        "penyebab pekerjaan yang tertahan diperbaiki, lalu pekerjaan itu diulang",
        "the cause of the work that was set aside is mended, and the work done again",
    ),
)
"""Of an outbox task that is not attempted any more, or failed again and again."""
PRINT_JOB_MISFIT = LocalizedText(
    "pemeriksaan bersama percetakan atas pekerjaan cetak yang tidak cocok dengan permohonannya",
    "a look, with the printing office, at a print job that does not fit its application",
)
"""Of a print job that could not be recorded in an application."""
ENROLMENT_LOST = WaitingOn(
    ResponsibleParty.OFFICER,
    LocalizedText(
        "pengambilan ulang sidik jari: pusat pencocokan telah kehilangan rekamannya",
        "the matcher has lost the enrolment: capture the person again",
    ),
)
"""Of an application whose fingerprints are not on record any more."""
SUPERSEDED_BOOK = WaitingOn(
    ResponsibleParty.OFFICER,
    LocalizedText(
        "penyerahan paspor yang dicabut: pemegangnya tercatat dua kali dan memiliki dua paspor",
        "the return of a revoked passport: its holder was on record twice and had two",
    ),
)
"""Of a passport that was revoked because two persons are one."""
NOTICE_REFUSED = WaitingOn(
    ResponsibleParty.OFFICER,
    LocalizedText(
        "pemberitahuan langsung kepada pemohon dan koreksi kontaknya",
        "that the applicant is told, and the contact corrected",
    ),
)
"""Of a notice that the mail server refuses."""

_TWO_APPROVALS = WaitingOn(
    ResponsibleParty.SUPERVISOR,
    LocalizedText(
        "persetujuan dokumen perjalanan darurat oleh dua penyelia",
        "the approval of the emergency document by two supervisors",
    ),
)
_SECOND_APPROVAL = WaitingOn(
    ResponsibleParty.SUPERVISOR,
    LocalizedText(
        "persetujuan dokumen perjalanan darurat oleh penyelia kedua",
        "the approval of the emergency document by a second supervisor",
    ),
)
_CORRECTION = WaitingOn(
    ResponsibleParty.OFFICER,
    LocalizedText(
        "koreksi data yang tidak dapat dicetak", "the correction of data that cannot be printed"
    ),
)
_NEEDS_PORTRAIT_NEXT = (
    ApplicationState.BIOMETRICS_TAKEN,
    ApplicationState.AWAITING_APPROVAL,
    ApplicationState.PRINT_FAILED,
)


def waiting_on(case: Case, *, set_aside: bool = False) -> WaitingOn | None:
    """Return what a case waits for and who has to act; None in a final state.

    set_aside: whether its identification is not attempted any more.
    """
    if case.state in AWAITING_IDENTIFICATION and set_aside:
        return IDENTIFICATION_SET_ASIDE
    if case.is_held and case.state not in FINAL_STATES:
        return HELD
    if case.state is ApplicationState.READY and case.finger_check.is_for_supervisor:
        return FINGERS_DIFFER
    if case.state is ApplicationState.AWAITING_APPROVAL and case.is_at_the_printer:
        return WAITING_ON[ApplicationState.PRINTING]
    if case.awaits_two_approvals and case.portrait_accepted_at:
        return _SECOND_APPROVAL if case.first_approved_by else _TWO_APPROVALS
    needs_portrait = case.state in _NEEDS_PORTRAIT_NEXT and not case.book_serial
    if needs_portrait and case.portrait_accepted_at is None:
        return PORTRAIT_MISSING
    if case.state is ApplicationState.PAID and case.come_back_on:
        return _return_on(case.come_back_on)
    failure = case.print_failure
    if case.state is ApplicationState.PRINT_FAILED and failure and failure.is_in_the_data:
        return _CORRECTION
    return WAITING_ON.get(case.state)


def _return_on(day: date) -> WaitingOn:
    words = format_day(day)
    return WaitingOn(
        ResponsibleParty.APPLICANT,
        LocalizedText(
            f"kedatangan kembali pada {words.id}, setelah jari sembuh",
            f"the applicant's return on {words.en}, when the fingers have healed",
        ),
    )
