"""Notice that the matcher's database was restored, and find what it lost of our applications."""

import asyncio
from collections.abc import Callable, Sequence

import structlog
from servicekit.process.clock import Clock
from servicekit.process.failpoint import failpoint

from issuance.domain.actor import ISSUANCE
from issuance.domain.case import Case
from issuance.domain.encounter_change import EncounterChange, encode_changes
from issuance.domain.matcher_restore import (
    Comparison,
    EncounterFound,
    ExpectedEncounter,
    correction,
    expected_encounters,
    is_lost,
)
from issuance.domain.outbox import task_of_case
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.states import BEFORE_BOOK_IS_MADE
from issuance.store.records import Records, Store
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.ports import MatcherMemory
from issuance.use_cases.retake_biometrics import retake_biometrics

_log = structlog.get_logger(__name__)

ENOUGH_IN_A_ROW = 1000
"""So many enrolments in a row that are there: what was acknowledged before them is too."""
AT_A_TIME = 20
_LOST = "the matcher has lost the enrolment"


class CompareWithMatcher:
    """Asks a matcher that was restored for each enrolment, the latest first.

    A crash, or an outage, costs the questions of one batch; replicas do not disturb each other.
    """

    def __init__(
        self,
        store: Store,
        matcher: MatcherMemory,
        apply_transition: ApplyTransition,
        clock: Clock,
        new_id: Callable[[], str],
        enough_in_a_row: int = ENOUGH_IN_A_ROW,
        at_a_time: int = AT_A_TIME,
    ) -> None:
        self._store = store
        self._matcher = matcher
        self._apply_transition = apply_transition
        self._clock = clock
        self._new_id = new_id
        self._enough_in_a_row = enough_in_a_row
        self._at_a_time = at_a_time

    async def __call__(self) -> None:
        """Look at the matcher's past; compare what is to be compared. Raises Unavailable."""
        comparison = await self._observe()
        while await self._merge_some_again():
            pass
        while comparison.unconfirmed_to:
            comparison = await self._compare_some(comparison)
        await self._send_back_lost()

    async def _observe(self) -> Comparison:
        async with self._store.read() as records:
            # Before the matcher is asked: what it tells is not older.
            before = await records.enrolments.comparison()
        past = await self._matcher.past()
        if before.observed(past, 0) == before:
            return before
        async with self._store.begin() as records:
            stored = await records.enrolments.comparison()
            if stored.past != before.past:
                return stored  # another replica has seen it
            comparison = stored.observed(past, await records.enrolments.latest_number())
            if comparison.restores != stored.restores:
                _log.warning("matcher_restored", epoch=past.epoch, change=past.latest_change)
                await records.person_merges.ask_all_again()
            await records.enrolments.save_comparison(comparison)
        return comparison

    async def _merge_some_again(self) -> bool:
        """Have some persons who are one made one again; return whether there were any.

        Where they still are one, nothing is moved. A merge that was undone is undone again.
        """
        kinds = OutboxTaskKind
        async with self._store.read() as records:
            merges = await records.person_merges.to_ask_again(self._at_a_time)
        if not merges:
            return False
        async with self._store.begin() as records:
            locked = await records.cases.locked({merge.case for merge in merges})
            cases = {case.id: case for case in locked}
            for merge in merges:
                kind = kinds.UNDO_MERGE if merge.undone_at else kinds.MERGE_PERSONS
                await self._apply_transition.add_merge(records, cases[merge.case], merge.id, kind)
            await records.person_merges.record_asked([merge.id for merge in merges])
        failpoint("matcher_comparison.merges_asked")
        return True

    async def _compare_some(self, comparison: Comparison) -> Comparison:
        async with self._store.read() as records:
            latest = await records.enrolments.latest(comparison.unconfirmed_to, self._at_a_time)
            expected = [await _expected(records, case) for _, case in latest]
        asked = await asyncio.gather(*(self._find(encounters) for encounters in expected))
        failpoint("matcher_comparison.before_commit")
        async with self._store.begin() as records:
            stored = await records.enrolments.comparison()
            if not stored.is_at(comparison):
                return stored  # another replica was faster, or there was another restore
            there = [
                (number, await self._settle(records, number, case, found))
                for (number, case), found in zip(latest, asked, strict=True)
            ]
            compared = stored.compared(there, self._enough_in_a_row)
            await records.enrolments.save_comparison(compared)
            if not compared.unconfirmed_to:
                # What was approved before waits for it.
                await records.plans.count_change(await records.plans.change_counts())
        failpoint("matcher_comparison.after_commit")
        return compared

    async def _find(
        self, expected: Sequence[ExpectedEncounter]
    ) -> dict[str, EncounterFound | None]:
        return {
            each.encounter_id: await self._matcher.find_encounter(each.encounter_id)
            for each in expected
        }

    async def _settle(
        self,
        records: Records,
        number: int,
        case_id: str,
        found: dict[str, EncounterFound | None],
    ) -> bool:
        """Record what is lost or must be done again; return whether all was there."""
        case = await records.cases.get(case_id)
        if await records.enrolments.number(case_id) != number:
            return True  # the matcher acknowledged something of it meanwhile
        expected = [
            each for each in await _expected(records, case_id) if each.encounter_id in found
        ]
        lost = any(is_lost(case, each, found[each.encounter_id]) for each in expected)
        changes = [correction(case, each, found[each.encounter_id]) for each in expected]
        to_do = [change for change in changes if change]
        if lost:
            _log.warning("enrolment_lost", application_id=case.id, office=case.office)
            await records.enrolments.lose(case.id, self._clock.now())
        if to_do:
            await self._do_again(records, case, to_do)
        return not (lost or to_do)

    async def _do_again(
        self, records: Records, case: Case, changes: Sequence[EncounterChange]
    ) -> None:
        kind = OutboxTaskKind.SET_ENCOUNTER_STATUS
        if await records.outbox.is_pending(case.id, kind):
            return  # it is still to be done
        payload, now = encode_changes(changes), self._clock.now()
        task = task_of_case(kind, case, payload, now, self._new_id)
        await records.outbox.add(task)

    async def _send_back_lost(self) -> None:
        """Have those captured again whose book is not on its way."""
        async with self._store.read() as records:
            lost = await records.enrolments.lost_in(BEFORE_BOOK_IS_MADE)
        for case_id in lost:
            async with self._store.begin() as records:
                case = await records.cases.get(case_id)
                on_its_way = case.is_at_the_printer or case.book_serial
                if case.state in BEFORE_BOOK_IS_MADE and not on_its_way:
                    now, apply = self._clock.now(), self._apply_transition
                    await retake_biometrics(records, case, ISSUANCE, now, _LOST, apply)
                failpoint("matcher_comparison.sent_back")


async def _expected(records: Records, case_id: str) -> list[ExpectedEncounter]:
    case = await records.cases.get(case_id)
    return expected_encounters(case, await records.history.of_case(case_id))
