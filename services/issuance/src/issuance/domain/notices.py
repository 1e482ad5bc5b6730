"""Which kinds of notices applicants get, and what they say in both languages."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from issuance.domain.collection_hours import CollectionHours
from issuance.domain.formatting import LocalizedText, format_day
from issuance.domain.reference import format_reference


class NoticeKind(StrEnum):
    """Why a notice is sent."""

    PROMISED_DATE = "promised_date"
    DATE_CHANGED = "date_changed"
    DELAYED = "delayed"
    READY = "ready"
    RECAPTURE = "recapture"
    REFUSED = "refused"
    COLLECTION_REMINDER = "collection_reminder"
    NOT_COLLECTED = "not_collected"
    IDENTITY_SETTLED = "identity_settled"
    IDENTIFICATION_DUE = "identification_due"


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice to an applicant.

    collect_on: the collection day that it promises; set for PROMISED_DATE and DATE_CHANGED only.
    as_if_outage_ended_now: whether that day is no firm one: it is right if the outage ended now.
    reason: why the day changed; set for DATE_CHANGED and DELAYED only.
    """

    application: str
    kind: NoticeKind
    text: LocalizedText
    collect_on: date | None = None
    as_if_outage_ended_now: bool = False
    reason: LocalizedText | None = None


def with_reference(text: LocalizedText, reference: str) -> LocalizedText:
    """Return the text of a notice with what the applicant says to name the application."""
    if not reference:
        return text
    spoken = format_reference(reference)
    return LocalizedText(
        f"{text.id} Nomor permohonan Anda: {spoken}.", f"{text.en} Your reference: {spoken}."
    )


SYSTEM_OUTAGE = LocalizedText("gangguan sistem", "a system outage")
QUEUE_CHANGED = LocalizedText("perubahan antrean cetak", "a change in the printing queue")
UNDECIDED_YET = LocalizedText(
    "pemeriksaan permohonan yang belum selesai", "an examination that is not finished"
)


def promised_date_notice(application: str, collect_on: date, hours: CollectionHours) -> Notice:
    """Return the notice at completion: the first promised collection date."""
    when = hours.appointment(collect_on)
    text = LocalizedText(
        f"Permohonan Anda lengkap. Paspor dapat diambil {when.id}.",
        f"Your application is complete. Collect your passport on {when.en}.",
    )
    return Notice(application, NoticeKind.PROMISED_DATE, text, collect_on)


def tentative_date_notice(application: str, collect_on: date, hours: CollectionHours) -> Notice:
    """Return the notice at completion while nobody knows when an outage ends."""
    when = hours.appointment(collect_on)
    text = LocalizedText(
        "Permohonan Anda lengkap. Karena gangguan sistem, tanggal pengambilan belum dapat "
        f"dipastikan. Bila gangguan berakhir sekarang, paspor dapat diambil {when.id}. "
        "Perubahannya akan kami beritahukan.",
        "Your application is complete. Because of a system outage no day can be promised yet. "
        f"If the outage ended now, you could collect your passport on {when.en}. "
        "We will tell you if that changes.",
    )
    return Notice(
        application, NoticeKind.PROMISED_DATE, text, collect_on, as_if_outage_ended_now=True
    )


def date_changed_notice(
    application: str, collect_on: date, hours: CollectionHours, reason: LocalizedText
) -> Notice:
    """Return the notice that another collection date is promised than before."""
    when = hours.appointment(collect_on)
    text = LocalizedText(
        f"Karena {reason.id}, jadwal pengambilan paspor Anda menjadi {when.id}.",
        f"Because of {reason.en}, your passport can now be collected on {when.en}.",
    )
    return Notice(application, NoticeKind.DATE_CHANGED, text, collect_on, reason=reason)


def delayed_notice(application: str, reason: LocalizedText) -> Notice:
    """Return the notice that the promised date cannot be kept and no other is known yet."""
    text = LocalizedText(
        f"Karena {reason.id}, paspor Anda belum dapat diambil. Jadwal baru akan kami beritahukan.",
        f"Because of {reason.en}, your passport is not ready yet. We will tell you the new day.",
    )
    return Notice(application, NoticeKind.DELAYED, text, reason=reason)


def ready_notice(application: str, promised: date, hours: CollectionHours) -> Notice:
    """Return the notice that the passport can be collected from the promised date on."""
    when = hours.appointment(promised)
    text = LocalizedText(
        f"Paspor Anda sudah siap, dapat diambil mulai {when.id}.",
        f"Your passport is ready, for collection from {when.en}.",
    )
    return Notice(application, NoticeKind.READY, text)


def emergency_ready_notice(application: str, expires_on: date) -> Notice:
    """Return the notice that the emergency document can be collected. expires_on: its last day."""
    day = format_day(expires_on)
    text = LocalizedText(
        f"Dokumen perjalanan darurat Anda sudah siap dan dapat diambil. Berlaku sampai {day.id} "
        "sebagai pengganti paspor. Pemeriksaan identitas Anda masih harus diselesaikan.",
        f"Your emergency travel document is ready for collection. It is valid until {day.en}, in "
        "place of a passport. Your identification is still to be done.",
    )
    return Notice(application, NoticeKind.READY, text)


def recapture_notice(application: str) -> Notice:
    """Return the notice that fingerprints must be taken again."""
    text = LocalizedText(
        "Sidik jari Anda perlu diambil ulang. Silakan datang ke kantor imigrasi.",
        "Your fingerprints must be taken again. Please come to the immigration office.",
    )
    return Notice(application, NoticeKind.RECAPTURE, text)


def identification_due_notice(application: str) -> Notice:
    """Return the notice that the holder of an emergency document is to be identified otherwise."""
    text = LocalizedText(
        "Sidik jari Anda tidak dapat digunakan. Silakan datang ke kantor imigrasi untuk "
        "menyelesaikan pemeriksaan identitas Anda.",
        "Your fingerprints cannot be used. Please come to the immigration office about your "
        "identification.",
    )
    return Notice(application, NoticeKind.IDENTIFICATION_DUE, text)


def refused_notice(application: str, reason: LocalizedText) -> Notice:
    """Return the notice that the application was refused, with the reason."""
    text = LocalizedText(
        f"Permohonan Anda ditolak: {reason.id}.", f"Your application was refused: {reason.en}."
    )
    return Notice(application, NoticeKind.REFUSED, text)


def collection_reminder(application: str, until: date) -> Notice:
    """Return the notice that the passport will be cancelled if it is not collected by a day."""
    day = format_day(until)
    text = LocalizedText(
        f"Paspor Anda belum diambil. Ambillah paling lambat {day.id}; setelah itu paspor "
        "dibatalkan.",
        f"You have not collected your passport. Collect it by {day.en}; after that day it is "
        "cancelled.",
    )
    return Notice(application, NoticeKind.COLLECTION_REMINDER, text)


def not_collected_notice(application: str) -> Notice:
    """Return the notice that the passport was cancelled since nobody has collected it."""
    text = LocalizedText(
        "Paspor Anda dibatalkan karena tidak diambil. Silakan mengajukan permohonan baru.",
        "Your passport was cancelled because it was not collected. Please apply again.",
    )
    return Notice(application, NoticeKind.NOT_COLLECTED, text)


def identity_settled_notice(application: str, *, has_passport: bool) -> Notice:
    """Return the notice that the holder of an emergency document is identified after all.

    has_passport: whether the holder has a valid passport besides, and needs no other one.
    """
    done = LocalizedText(
        "Pemeriksaan identitas Anda sudah selesai.", "Your identification is done."
    )
    text = (
        done
        if has_passport
        else LocalizedText(
            f"{done.id} Anda dapat mengajukan permohonan paspor.",
            f"{done.en} You can apply for a passport.",
        )
    )
    return Notice(application, NoticeKind.IDENTITY_SETTLED, text)
