"""A merge is undone after books were handed in as damaged, reported lost, or fingers retaken."""

from collections.abc import Sequence

import pytest
from issuance.domain.application_type import ApplicationType
from issuance.domain.document import DocumentStatus
from issuance.domain.events import ApplicationEvent
from servicekit.storage.database import Database

from .checked_history import check_at_the_end, happens
from .checks import check, check_merged_at_the_matcher
from .history import History
from .steps import Step

ONE, OTHER, THIRD = range(3)
"""Persons on record at the office from before."""
UNAVAILABLE = 6
"""The choice by which the matcher does not answer."""
DAMAGED = 2
"""The choice by which somebody applies for the replacement of a damaged passport."""


def _steps(*what: str, a: int = 0, b: int = 0) -> list[Step]:
    return [Step(each, "BJM", a, b) for each in what]


INTERVIEWED, APPROVED, COLLECTED = (_steps("staff_is_busy", a=each) for each in (0, 4, 8))
"""By three persons of whom none took in an application."""
MADE = [
    *_steps("works"), *APPROVED, *_steps("works", "printer_finishes", "works"), *COLLECTED,
    *_steps("next_morning"),
]  # fmt: skip
FOUND_TO_BE_ONE = [
    *_steps("matcher_finds_others", b=OTHER), *_steps("renews", a=ONE),
    *_steps("works", "persons_are_one", "matcher_changes", "works"),
]  # fmt: skip
BOTH_HAVE_PASSPORTS = [*_steps("renews", a=OTHER), *MADE, *_steps("renews", a=ONE), *MADE]
FOUND_TO_BE_TWO = _steps("persons_are_two", "works")
RETAKEN = [*_steps("retakes", b=2), *_steps("works"), *INTERVIEWED, *INTERVIEWED]
REPLACED = [*_steps("applies", b=DAMAGED), *INTERVIEWED, *MADE]


async def _ends(database: Database, steps: Sequence[Step]) -> History:
    history = await happens(database, [*BOTH_HAVE_PASSPORTS, *FOUND_TO_BE_ONE, *steps])
    assert history.matcher.undone

    await history.comes_to_an_end()
    await check_at_the_end(history)
    await check_merged_at_the_matcher(history)
    return history


@pytest.mark.parametrize("before", [_steps("gives_up"), [*RETAKEN, *_steps("gives_up")]])
async def test_a_book_that_was_handed_in_as_damaged(
    database: Database, before: Sequence[Step]
) -> None:
    history = await _ends(database, [*before, *REPLACED, *FOUND_TO_BE_TWO])

    found = await history.read()
    (replacement,) = [
        case for case in found.cases if case.type is ApplicationType.REPLACEMENT_DAMAGED
    ]
    (returned,) = [each for each in found.documents if each.number == replacement.returned_document]
    assert replacement.handed_over_at
    assert returned.status is DocumentStatus.REVOKED


@pytest.mark.parametrize("lost", [0, 1])
async def test_a_book_that_was_reported(database: Database, lost: int) -> None:
    losses = _steps("loses_passport", a=lost)
    history = await _ends(database, [*_steps("gives_up"), *losses, *REPLACED, *FOUND_TO_BE_TWO])

    assert len(history.reported) == 1


async def test_fingers_that_are_taken_again_after_the_merge(database: Database) -> None:
    history = await _ends(database, [*RETAKEN, *MADE, *FOUND_TO_BE_TWO])

    events = {entry.event for entries in (await history.events()).values() for entry in entries}
    assert {ApplicationEvent.RETAKE_BIOMETRICS, ApplicationEvent.UNDO_MERGE} <= events


async def test_fingers_that_are_taken_again_before_the_matcher_has_made_the_merge(
    database: Database,
) -> None:
    history = await happens(
        database,
        [
            *BOTH_HAVE_PASSPORTS, *_steps("matcher_finds_others", b=OTHER),
            *_steps("renews", a=ONE), *_steps("works", "persons_are_one"),
            *_steps("matcher_changes", a=UNAVAILABLE), *_steps("works"), *RETAKEN,
            *_steps("matcher_finds_others", b=THIRD),
            *_steps("works", "others_find_persons_to_be_one"),
        ],
    )  # fmt: skip
    pending = (await history.read()).merged

    for step in [
        *_steps("matcher_changes", "next_morning", "works"),
        *_steps("others_find_persons_to_be_one", "works"),
        *MADE, *FOUND_TO_BE_TWO,
    ]:  # fmt: skip
        await history.take(step)
        await check(history)
    made = len(history.matcher.merges)
    await history.comes_to_an_end()
    await check_at_the_end(history)
    await check_merged_at_the_matcher(history)

    assert pending == ["BJM-0"], "the second verdict waits for the first merge"
    assert (made, len(history.matcher.undone)) == (2, 1)
