"""Why an application waits: whose turn it is and where, what is in the way, what speeds it up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from servicekit.security.identity import NATIONAL

from issuance.domain.case import Case
from issuance.domain.collection_plan import QueuePlace
from issuance.domain.formatting import LocalizedText, format_appointment, format_day
from issuance.domain.office import Office
from issuance.domain.outage import Outage, OutageScope
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.states import AWAITING_IDENTIFICATION, FINAL_STATES, ApplicationState
from issuance.domain.waiting_on import (
    EMERGENCY_IDENTIFICATION_DUE,
    FINGERS_DIFFER,
    HOLDER_IDENTIFICATION_DUE,
    IDENTIFICATION_DUE,
    PORTRAIT_MISSING,
    PRINT_JOB_MISFIT,
    WORK_SET_ASIDE,
    ResponsibleParty,
    WaitingOn,
    waiting_on,
)


@dataclass(frozen=True, slots=True)
class Intervention:
    """What a person must do because something went wrong. task: id of the outbox task, or ""."""

    by: WaitingOn
    task: str = ""


@dataclass(frozen=True, slots=True)
class Obstacles:
    """What keeps a case from going on besides its state.

    outage: the one that it waits for. set_aside: id of an outbox task that is attempted no more,
    or failed again and again; or "". work_paused: whether an administrator paused what it waits
    for. print_job_misfit: whether a print job does not fit the case.
    """

    outage: Outage | None = None
    set_aside: str = ""
    work_paused: bool = False
    print_job_misfit: bool = False


@dataclass(frozen=True, slots=True)
class WaitExplanation:
    """Why a case waits.

    responsible_office: where the responsible party acts, that of national callers for the matcher;
    empty if nothing is waited for. cases_before: number of those printed before it; None if it has
    no place in the plan. sped_up_by: what would speed it up, or that nothing does. intervention:
    what a person must do because something went wrong. identification_due: that the applicant is
    still to be identified, and until when; None if nothing is due. contact_missing: whether the
    applicant gave no contact, or it was erased before an appeal, so that the office asks for one.
    """

    responsible_office: str
    cases_before: int | None
    sped_up_by: LocalizedText
    intervention: Intervention | None
    identification_due: LocalizedText | None = None
    contact_missing: bool = False


_ENDED = LocalizedText(
    "tidak ada: permohonan telah selesai dan tidak menunggu apa pun",
    "nothing: the application has ended and waits for nothing",
)
_SPED_UP_BY: Mapping[ApplicationState, LocalizedText] = {
    ApplicationState.RECEIVED: LocalizedText(
        "petugas memeriksa dokumen", "an officer checks the documents"
    ),
    ApplicationState.DOCUMENTS_REFUSED: LocalizedText(
        "pemohon membawa dokumen yang benar", "the applicant brings correct documents"
    ),
    ApplicationState.DOCUMENTS_ACCEPTED: LocalizedText(
        "pemohon membayar biaya", "the applicant pays the fee"
    ),
    ApplicationState.PAID: LocalizedText(
        "pemohon datang untuk pengambilan sidik jari",
        "the applicant comes to have the fingerprints taken",
    ),
    ApplicationState.BIOMETRICS_TAKEN: LocalizedText(
        "pemohon datang untuk wawancara", "the applicant comes to the interview"
    ),
    ApplicationState.IDENTIFYING: LocalizedText(
        "tidak ada: pemeriksaan identitas berjalan menurut urutan",
        "nothing: applicants are identified in their order",
    ),
    ApplicationState.IDENTITY_REVIEW: LocalizedText(
        "penyelia memutuskan identitas berdasarkan foto dan wawancara",
        "a supervisor decides on the identity by photo and interview",
    ),
    ApplicationState.ADJUDICATION: LocalizedText(
        "pemeriksa memutuskan tugas penilaiannya", "examiners decide its adjudication task"
    ),
    ApplicationState.AWAITING_APPROVAL: LocalizedText(
        "persetujuan penyelia", "the supervisor's approval"
    ),
    ApplicationState.APPROVED: LocalizedText(
        "tidak ada: buku dicetak menurut urutan", "nothing: books are printed in their order"
    ),
    ApplicationState.PRINTING: LocalizedText(
        "tidak ada: buku sedang dibuat", "nothing: the book is being made"
    ),
    ApplicationState.BOOK_HELD: LocalizedText(
        "tidak ada: pemeriksaan identitas berjalan menurut urutan",
        "nothing: applicants are identified in their order",
    ),
    ApplicationState.READY: LocalizedText(
        "pemohon mengambil paspor", "the applicant collects the passport"
    ),
}
"""Where nothing is in the way. A failed print always needs an intervention."""
_BRINGS_PHOTO = LocalizedText("pemohon membawa foto", "the applicant brings a photo")
_RESUME_WORK = WaitingOn(
    ResponsibleParty.ADMINISTRATOR,
    LocalizedText(
        "pekerjaan yang dihentikan sementara dilanjutkan", "the work that was paused is resumed"
    ),
)
_OUTAGE_ENDS: Mapping[OutageScope, LocalizedText] = {
    OutageScope.TRAVEL_BAN_LIST: LocalizedText(
        "berakhirnya gangguan sistem nasional", "the end of an outage of a national system"
    ),
    OutageScope.MATCHER: LocalizedText(
        "berakhirnya gangguan sistem pencocokan nasional",
        "the end of the outage of the national matcher",
    ),
    OutageScope.OFFICE: LocalizedText(
        "berakhirnya gangguan di kantor", "the end of the office's outage"
    ),
    OutageScope.PRINTING: LocalizedText(
        "berakhirnya gangguan percetakan di kantor",
        "the end of the outage of the office's printing",
    ),
}


def awaited_work(case: Case) -> OutboxTaskKind | None:
    """Return the kind of outbox work that a case waits for; None: for none."""
    if case.state in AWAITING_IDENTIFICATION:
        return OutboxTaskKind.IDENTIFY
    submits = case.state is ApplicationState.PRINTING and not case.print_job
    return OutboxTaskKind.PRINT if submits else None


def explain_wait(
    case: Case,
    office: Office,
    waiting: WaitingOn | None,
    place: QueuePlace | None,
    obstacles: Obstacles,
    now: datetime,
) -> WaitExplanation:
    """Explain why a case waits. place: in its office's plan; None if it has none."""
    intervention = _intervention(case, waiting, obstacles)
    return WaitExplanation(
        responsible_office=_responsible_office(waiting, case.office),
        cases_before=None if place is None else place.before,
        sped_up_by=(
            waiting.what
            if waiting and case.has_unidentified_holder and obstacles.outage is None
            else _sped_up_by(case, office, place, obstacles.outage, intervention, now)
        ),
        intervention=intervention,
        identification_due=_identification_due(case),
        contact_missing=waiting is not None and not case.contact,
    )


def _identification_due(case: Case) -> LocalizedText | None:
    if not case.identification_due:
        return None
    if case.has_unidentified_holder:
        return HOLDER_IDENTIFICATION_DUE
    return EMERGENCY_IDENTIFICATION_DUE if case.makes_emergency_document else IDENTIFICATION_DUE


def _responsible_office(waiting: WaitingOn | None, office: str) -> str:
    if waiting is None:
        return ""
    return NATIONAL if waiting.responsible_party is ResponsibleParty.MATCHER else office


def _intervention(
    case: Case, waiting: WaitingOn | None, obstacles: Obstacles
) -> Intervention | None:
    if obstacles.print_job_misfit:
        return Intervention(WaitingOn(ResponsibleParty.SUPERVISOR, PRINT_JOB_MISFIT))
    asks_person = case.state is ApplicationState.PRINT_FAILED or waiting is FINGERS_DIFFER
    if asks_person and waiting is not None:
        return Intervention(waiting)
    if obstacles.set_aside:
        return Intervention(WORK_SET_ASIDE, obstacles.set_aside)
    return Intervention(_RESUME_WORK) if obstacles.work_paused else None


def _sped_up_by(
    case: Case,
    office: Office,
    place: QueuePlace | None,
    outage: Outage | None,
    intervention: Intervention | None,
    now: datetime,
) -> LocalizedText:
    if outage is not None:
        return _end_of(outage, office, now)
    if case.state in FINAL_STATES:
        return _ENDED
    if waiting_on(case) is PORTRAIT_MISSING:
        return _BRINGS_PHOTO
    if intervention is not None:
        return intervention.by.what
    if case.awaits_two_approvals and (approvals := waiting_on(case)):
        return approvals.what
    if case.state is ApplicationState.AWAITING_APPROVAL:
        return _approval(office, place)
    if case.state is ApplicationState.APPROVED and place and place.prints_on:
        return _in_turn(place.prints_on)
    return _SPED_UP_BY[case.state]


def _end_of(outage: Outage, office: Office, now: datetime) -> LocalizedText:
    end = _OUTAGE_ENDS[outage.scope]
    if outage.expected_end is None or outage.has_unknown_end(now):
        return end
    local = outage.expected_end.astimezone(office.calendar.zone)
    when = format_appointment(local.date(), local.time(), office.calendar)
    return LocalizedText(f"{end.id}, diperkirakan {when.id}", f"{end.en}, expected on {when.en}")


def _approval(office: Office, place: QueuePlace | None) -> LocalizedText:
    """Say until when the approval keeps the printing day of the plan."""
    approval = _SPED_UP_BY[ApplicationState.AWAITING_APPROVAL]
    if place is None or place.prints_on is None:
        return approval
    opening = office.calendar.opening(place.prints_on).time()
    when = format_appointment(place.prints_on, opening, office.calendar)
    return LocalizedText(
        f"{approval.id} sebelum kantor buka pada {when.id}: hari cetaknya menurut rencana",
        f"{approval.en} before the office opens on {when.en}: its printing day in the plan",
    )


def _in_turn(prints_on: date) -> LocalizedText:
    in_order = _SPED_UP_BY[ApplicationState.APPROVED]
    day = format_day(prints_on)
    return LocalizedText(
        f"{in_order.id}, menurut rencana {day.id}", f"{in_order.en}, by the plan on {day.en}"
    )
