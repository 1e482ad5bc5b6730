from datetime import date, time
from zoneinfo import ZoneInfo

from issuance.domain.collection_hours import CollectionHours
from issuance.domain.collection_plan import PlannedCollection
from issuance.domain.collection_schedule import ScheduleRow, announcement, collection_schedule
from issuance.domain.working_time import Calendar

BANJARMASIN = Calendar(ZoneInfo("Asia/Makassar"), "ID")


def november(day: int) -> date:
    return date(2018, 11, day)


def test_one_row_for_each_pair_of_days() -> None:
    entries = [
        PlannedCollection("a", november(1), november(5), november(6)),
        PlannedCollection("b", november(1), november(6), november(6), books=4),
        PlannedCollection("c", november(1), november(7), november(7)),
        PlannedCollection("d", date(2018, 10, 31), None, None),
    ]

    assert collection_schedule(entries) == [
        ScheduleRow(date(2018, 10, 31), None, 1),
        ScheduleRow(november(1), november(6), 5),
        ScheduleRow(november(1), november(7), 1),
    ]


def test_it_is_announced_in_both_languages() -> None:
    rows = [
        ScheduleRow(date(2018, 10, 30), november(6), 162),
        ScheduleRow(date(2018, 10, 31), november(7), 54),
        ScheduleRow(november(1), november(7), 54),
        ScheduleRow(november(2), november(7), 53),
        ScheduleRow(november(5), None, 1),
    ]

    text = announcement(rows, "Banjarmasin", CollectionHours(BANJARMASIN, time(14)))

    assert text.id.splitlines() == [
        "Jadwal pengambilan paspor Banjarmasin",
        "Permohonan 30 Oktober 2018 (162 pemohon): Selasa, 6 November 2018, pukul 14.00 WITA",
        "Permohonan 31 Oktober s.d. 2 November 2018 (161 pemohon): "
        "Rabu, 7 November 2018, pukul 14.00 WITA",
        "Permohonan 5 November 2018 (1 pemohon): akan diumumkan",
    ]
    assert text.en.splitlines() == [
        "Collection of passports, Banjarmasin",
        "Applied 30 October 2018 (162 people): Tuesday, 6 November 2018, 14:00 WITA",
        "Applied 31 October to 2 November 2018 (161 people): "
        "Wednesday, 7 November 2018, 14:00 WITA",
        "Applied 5 November 2018 (1 person): to be announced",
    ]


def test_a_span_over_new_year_names_both_years() -> None:
    rows = [
        ScheduleRow(date(2018, 12, 31), date(2019, 1, 4), 1),
        ScheduleRow(date(2019, 1, 2), date(2019, 1, 4), 1),
    ]

    assert (
        "31 December 2018 to 2 January 2019"
        in announcement(rows, "X", CollectionHours(BANJARMASIN, time(14))).en
    )


def test_a_day_split_over_two_days_of_collection_has_two_lines() -> None:
    rows = [ScheduleRow(november(1), november(6), 3), ScheduleRow(november(1), november(7), 2)]

    lines = announcement(rows, "X", CollectionHours(BANJARMASIN, time(9, 30))).en.splitlines()[1:]

    assert lines == [
        "Applied 1 November 2018 (3 people): Tuesday, 6 November 2018, 09:30 WITA",
        "Applied 1 November 2018 (2 people): Wednesday, 7 November 2018, 09:30 WITA",
    ]
