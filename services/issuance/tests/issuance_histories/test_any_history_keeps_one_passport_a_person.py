"""Any history of people, neighbours, outages and crashes, from a seed, over real records."""

from collections.abc import Mapping, Sequence
from random import Random
from types import MappingProxyType

import pytest
from issuance.domain.events import ApplicationEvent
from servicekit.storage.database import Database

from .checked_history import check_at_the_end, happens
from .checks import check_merged_at_the_matcher
from .exits import check_every_refusal_has_an_exit
from .history import History
from .steps import OFFICES, Step

# How often each step happens, in relation to the others.
_WEIGHTS = {
    "staff_is_busy": 10,
    "applies": 8, "renews": 5, "goes_on": 45, "works": 30, "printer_finishes": 14,
    "next_morning": 6, "time_passes": 6, "withdraws": 1, "gives_up": 2, "is_refused": 2,
    "appeals": 2, "retakes": 1, "corrects": 2, "loses_passport": 2, "matcher_changes": 4,
    "matcher_only_verifies": 3, "matcher_identifies_again": 4, "printer_changes": 3,
    "printer_recovers": 4, "printer_fails": 3, "printer_forgets": 2, "printer_repeats": 2,
    "outage_opens": 2, "printing_stops": 1, "outage_ends": 3, "outage_is_corrected": 1,
    "dies_soon": 3, "is_told_to_go_on": 3, "must_travel": 2, "need_not_travel": 1,
    "matcher_forgets": 1,
}  # fmt: skip

_OF_RENEWALS = _WEIGHTS | {
    "renews": 20, "matcher_only_verifies": 12, "matcher_identifies_again": 6, "matcher_changes": 1,
    "must_travel": 0, "need_not_travel": 0, "matcher_forgets": 0,
}  # fmt: skip

_OF_EMERGENCIES = _OF_RENEWALS | {
    "must_travel": 40, "need_not_travel": 1, "staff_is_busy": 40, "applies": 20,
    "matcher_identifies_again": 3, "outage_ends": 1, "outage_opens": 1, "printer_changes": 1,
    "printer_fails": 1, "withdraws": 0,
}  # fmt: skip


_OF_VERDICTS_AND_FINGERS = dict.fromkeys(_WEIGHTS, 0) | {
    "renews": 40, "works": 40, "staff_is_busy": 24, "printer_finishes": 24, "next_morning": 10,
    "matcher_finds_others": 10, "persons_are_one": 20, "impostor_collects": 12, "goes_on": 6,
    "matcher_identifies_again": 4, "matcher_changes": 2, "printer_recovers": 1, "dies_soon": 2,
    "is_told_to_go_on": 2, "loses_passport": 1, "appeals": 1, "withdraws": 1,
}  # fmt: skip


_OF_UNDONE_MERGES = _OF_VERDICTS_AND_FINGERS | {
    "persons_are_two": 12, "impostor_collects": 0, "withdraws": 4,
}  # fmt: skip


_OF_FRAUD = dict.fromkeys(_WEIGHTS, 0) | {
    "renews": 20, "applies": 10, "works": 40, "staff_is_busy": 30, "printer_finishes": 24,
    "next_morning": 10, "must_travel": 40, "matcher_only_verifies": 8,
    "matcher_returns_and_finds_others": 8, "is_found_twice": 20, "matcher_forgets": 1,
    "dies_soon": 2, "is_refused": 1, "loses_passport": 1,
}  # fmt: skip


def a_history(
    seed: int, length: int, weights: Mapping[str, int] = MappingProxyType(_WEIGHTS)
) -> Sequence[Step]:
    """Return so many steps, always the same for a seed."""
    random = Random(seed)
    steps = random.choices(list(weights), list(weights.values()), k=length)
    return [
        Step(what, random.choice(OFFICES), random.randrange(12), random.randrange(12))
        for what in steps
    ]


@pytest.mark.parametrize("seed", range(4))
async def test_any_history(database: Database, seed: int) -> None:
    history = await happens(database, a_history(seed, 90))

    await history.comes_to_an_end()
    await check_at_the_end(history)
    await check_every_refusal_has_an_exit(history)


@pytest.mark.parametrize("seed", range(3))
async def test_any_history_of_renewals_while_the_matcher_only_verifies(
    database: Database, seed: int
) -> None:
    history = await happens(database, a_history(seed, 90, _OF_RENEWALS))
    events = {entry.event for entries in (await history.events()).values() for entry in entries}

    await history.comes_to_an_end()
    await check_at_the_end(history)
    assert ApplicationEvent.VERIFY in events


@pytest.mark.parametrize("seed", range(3))
async def test_any_history_of_emergency_documents(database: Database, seed: int) -> None:
    history = await happens(database, a_history(seed, 130, _OF_EMERGENCIES))
    found = await history.read()

    await history.comes_to_an_end()
    await check_at_the_end(history)
    assert any(case.makes_emergency_document and case.book_serial for case in found.cases)
    await check_every_refusal_has_an_exit(history)


@pytest.mark.parametrize("seed", [1, 4])  # in which it comes to all of that
async def test_any_history_of_merged_persons_and_fingers_that_differ(
    database: Database, seed: int
) -> None:
    history = await happens(database, a_history(seed, 140, _OF_VERDICTS_AND_FINGERS))

    await history.comes_to_an_end()
    await check_at_the_end(history)
    await check_merged_at_the_matcher(history)
    assert (await history.read()).merged
    events = {entry.event for entries in (await history.events()).values() for entry in entries}
    assert {ApplicationEvent.FAIL_FINGER_CHECK, ApplicationEvent.WAIVE_FINGER_CHECK} <= events


@pytest.mark.parametrize("seed", [0, 3, 5])  # in which a merge is undone
async def test_any_history_of_merges_that_are_undone(database: Database, seed: int) -> None:
    history = await happens(database, a_history(seed, 140, _OF_UNDONE_MERGES))

    await history.comes_to_an_end()
    await check_at_the_end(history)
    await check_merged_at_the_matcher(history)
    assert history.matcher.undone


@pytest.mark.parametrize(
    ("seed", "appeal"),
    [
        (4, ApplicationEvent.REEXAMINE),
        (10, ApplicationEvent.REEXAMINE_HOLDER),
        (12, ApplicationEvent.REOPEN_UNIDENTIFIED),
    ],
)
async def test_whoever_is_refused_or_known_as_fraud_is_heard_by_others(
    database: Database, seed: int, appeal: ApplicationEvent
) -> None:
    history = await happens(database, a_history(seed, 120, _OF_FRAUD))

    await history.comes_to_an_end()
    await check_every_refusal_has_an_exit(history)
    await check_at_the_end(history)
    events = {entry.event for entries in (await history.events()).values() for entry in entries}
    assert {ApplicationEvent.CONFIRM_DUPLICATE, appeal} <= events


_PRINTER_FAULTS = (
    "printer_changes", "printer_fails", "printer_forgets", "printer_repeats", "printing_stops",
)  # fmt: skip
_OF_THE_PROCESS_OR_BOTH = ("dies_soon", "outage_opens")


@pytest.mark.parametrize("seed", range(2))
async def test_a_fault_of_one_printer_changes_nothing_elsewhere(
    database: Database, other_database: Database, seed: int
) -> None:
    steps = [s for s in a_history(seed, 70) if s.what not in _OF_THE_PROCESS_OR_BOTH]
    without = [s for s in steps if s.office != "JKT" or s.what not in _PRINTER_FAULTS]

    faulty, healthy = await happens(database, steps), await happens(other_database, without)

    assert await what_happened_at("BJM", faulty) == await what_happened_at("BJM", healthy)


async def what_happened_at(office: str, history: History) -> Sequence[object]:
    """Return each event of each application of an office, with its notices."""
    found, events = await history.read(), await history.events()
    return [
        (
            [(entry.event, entry.target, entry.by, entry.at) for entry in events[case.id]],
            await history.workflow.notices(case.id),
        )
        for case in found.cases
        if case.office == office
    ]


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", range(100, 300))
async def test_any_longer_history(database: Database, seed: int) -> None:
    history = await happens(database, a_history(seed, 300))

    await history.comes_to_an_end()
    await check_at_the_end(history)
    await check_every_refusal_has_an_exit(history)


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", range(100, 130))
async def test_any_longer_history_of_merges_that_are_undone(database: Database, seed: int) -> None:
    history = await happens(database, a_history(seed, 250, _OF_UNDONE_MERGES))

    await history.comes_to_an_end()
    await check_at_the_end(history)
    await check_merged_at_the_matcher(history)


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", range(100, 160))
async def test_any_longer_history_of_merged_persons_and_fingers_that_differ(
    database: Database, seed: int
) -> None:
    history = await happens(database, a_history(seed, 250, _OF_VERDICTS_AND_FINGERS))

    await history.comes_to_an_end()
    await check_at_the_end(history)
    await check_merged_at_the_matcher(history)
