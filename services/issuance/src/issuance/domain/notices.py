"""What applicants are told, and when: one notice for one change, never a time that has passed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from issuance.domain.words import Text, appointment_text
from issuance.domain.working_time import Calendar


class NoticeKind(StrEnum):
    """Why a notice is sent."""

    PROMISED_DATE = "promised_date"
    DATE_CHANGED = "date_changed"
    DELAYED = "delayed"
    READY = "ready"
    RECAPTURE = "recapture"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice; `collect_on` is the day it promises, which only PROMISED_DATE and DATE_CHANGED do."""

    application: str
    kind: NoticeKind
    text: Text
    collect_on: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What one applicant was told, and what the plan says now.

    `told` is the day last promised, `computed` the plan's (None: nobody can say), `undecided`
    whether a book may yet not be printed; `delayed` whether DELAYED was sent since `told` was.
    """

    application: str
    told: date
    computed: date | None
    undecided: bool = False
    delayed: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """Who hands out: the office's days, and its policy from which local hour."""

    calendar: Calendar
    hour: time = time(14)

    def at(self, day: date) -> datetime:
        """The instant of a collection."""
        return datetime.combine(day, self.hour, self.calendar.zone)

    def on(self, day: date) -> Text:
        """Day and hour of a collection, in words."""
        return appointment_text(day, self.hour, self.calendar)


OUTAGE = Text("gangguan sistem", "a system outage")
QUEUE = Text("perubahan antrean cetak", "a change in the printing queue")


def due(
    queue: Iterable[Standing], desk: Desk, since: datetime, now: datetime, why: Text
) -> list[Notice]:
    """The notices that changes of the plan call for now.

    queue: the office's complete cases without a book in the order of the queue.
    since: when this was asked last; (since, now] tells whether a working day has opened.
    why: what moved the plan, for the applicant.

    A new day is told once it is settled: nobody up to and including the case is undecided, or a
    working day has opened. While nobody can say a day, those whose promised day has opened are
    told just that, once.
    """
    new_day = desk.calendar.opened_between(since, now)
    settled = True
    notices = []
    for standing in queue:
        settled = settled and not standing.undecided
        if standing.computed is None:
            if _is_late(standing, desk, now):
                notices.append(delayed(standing.application, why))
        elif (settled or new_day) and _is_news(standing.computed, standing.told, desk, now):
            notices.append(moved(standing.application, standing.computed, desk, why))
    return notices


def _is_late(standing: Standing, desk: Desk, now: datetime) -> bool:
    return not standing.delayed and desk.calendar.opening(standing.told) <= now


def _is_news(computed: date, told: date, desk: Desk, now: datetime) -> bool:
    return computed != told and desk.at(computed) > now


def promise(application: str, collect_on: date, desk: Desk) -> Notice:
    """The first promised day, told at completion."""
    when = desk.on(collect_on)
    text = Text(
        f"Permohonan Anda lengkap. Paspor dapat diambil {when.id}.",
        f"Your application is complete. Collect your passport on {when.en}.",
    )
    return Notice(application, NoticeKind.PROMISED_DATE, text, collect_on)


def moved(application: str, collect_on: date, desk: Desk, why: Text) -> Notice:
    """Another day than the one told before."""
    when = desk.on(collect_on)
    text = Text(
        f"Karena {why.id}, jadwal pengambilan paspor Anda menjadi {when.id}.",
        f"Because of {why.en}, your passport can now be collected on {when.en}.",
    )
    return Notice(application, NoticeKind.DATE_CHANGED, text, collect_on)


def delayed(application: str, why: Text) -> Notice:
    """The promised day cannot be kept, and nobody can say another yet."""
    text = Text(
        f"Karena {why.id}, paspor Anda belum dapat diambil. Jadwal baru akan kami beritahukan.",
        f"Because of {why.en}, your passport is not ready yet. We will tell you the new day.",
    )
    return Notice(application, NoticeKind.DELAYED, text)


def ready(application: str, told: date, desk: Desk) -> Notice:
    """The passport lies ready, for the day told before."""
    when = desk.on(told)
    text = Text(
        f"Paspor Anda sudah siap, dapat diambil mulai {when.id}.",
        f"Your passport is ready, for collection from {when.en}.",
    )
    return Notice(application, NoticeKind.READY, text)


def recapture(application: str) -> Notice:
    """Fingerprints must be taken again."""
    text = Text(
        "Sidik jari Anda perlu diambil ulang. Silakan datang ke kantor imigrasi.",
        "Your fingerprints must be taken again. Please come to the immigration office.",
    )
    return Notice(application, NoticeKind.RECAPTURE, text)


def refused(application: str, why: Text) -> Notice:
    """The application was refused, and why."""
    text = Text(f"Permohonan Anda ditolak: {why.id}.", f"Your application was refused: {why.en}.")
    return Notice(application, NoticeKind.REFUSED, text)
