"""Is a recorded decision what comes out when it is made again?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from servicekit.process.worker_pool import WorkerPool

from matcher.domain.decision import Candidate, Decision, DecisionKind, ProbeFinger
from matcher.domain.encounter import EncounterStatus, StoredPerson, StoredTemplate
from matcher.domain.errors import NoCommonFinger
from matcher.domain.finger_source import Probe, Side
from matcher.domain.office_scope import ALL_OFFICES
from matcher.domain.replay import SEVERITY, Replay, ReplayResult
from matcher.domain.shortlist import SearchScope
from matcher.models import ModelBundle, ModelVersions
from matcher.store.store import Store
from matcher.use_cases.check_record import contradictions
from matcher.use_cases.make_decision import ComparisonResult
from matcher.use_cases.resolve_probe import recorded_as, stored_probe
from matcher.use_cases.search import Search
from matcher.use_cases.verify import Sides, compare_sides, read_reference

_ALL_CANDIDATES = 1_000
_SCORE_TOLERANCE = 1e-6
"""Scores that differ less are the same: what is summed in another order is rounded differently."""
_FNIR_TOLERANCE = 1e-6
_SECONDS_TO_CATCH_UP = 600.0


class _CannotReplay(Exception):
    """The decision cannot be made again."""

    def __init__(self, result: ReplayResult, detail: str) -> None:
        super().__init__(detail)
        self.result = result


@dataclass(frozen=True, slots=True)
class ReplayDecision:
    """Makes recorded decisions again, and compares. search: as decisions are made now.

    Candidates and predicted FNIR must come out again by the recorded threshold, as must the number
    of people searched if none of them was changed since. Threshold and outcome must follow from
    what else is recorded.
    What was added to the database after a decision is left out. What was deleted or changed after
    it cannot be brought back, and is told.
    """

    store: Store
    search: Search
    pool: WorkerPool
    models: ModelBundle

    async def __call__(self, decision: Decision) -> Replay:
        """Return whether a decision comes out again."""
        try:
            self._require_replayable(decision)
            probe = await self._probe(decision)
            again: Decision | ComparisonResult
            if decision.request.kind is DecisionKind.VERIFY:
                again = await self._verify(decision, probe)
            else:
                again = await self._search(decision, probe)
        except _CannotReplay as reason:
            return Replay(decision.decision_id, reason.result, str(reason))
        return await self._compared(decision, again)

    def _require_replayable(self, decision: Decision) -> None:
        if other := other_version(decision, self.models.versions):
            raise _CannotReplay(ReplayResult.OTHER_MODELS, other)
        if decision.depth is None and not decision.reference:
            raise _CannotReplay(ReplayResult.NOT_REPLAYABLE, "an older version recorded it")

    async def _probe(self, decision: Decision) -> Probe:
        templates = await self._templates(decision, Side.PROBE, decision.probe)
        return await self.pool.run(stored_probe, self.models.embedding, templates)

    async def _verify(self, decision: Decision, probe: Probe) -> ComparisonResult:
        templates = await self._templates(decision, Side.REFERENCE, decision.reference)
        (recorded,) = decision.candidates
        statuses = {each.encounter_id: EncounterStatus.ACTIVE for each in templates}
        person = StoredPerson(recorded.person_id or "", statuses)
        reference = await self.pool.run(read_reference, self.models.comparator, person, templates)
        reference = replace(reference, person_id=recorded.person_id)
        sides = Sides(probe, reference, decision.reference)
        try:
            return await self.pool.run(
                compare_sides, self.models, sides, decision.threshold, decision.change_token
            )
        except NoCommonFinger as error:
            raise _CannotReplay(ReplayResult.DIFFERENT, error.message) from None

    async def _search(self, decision: Decision, probe: Probe) -> Decision:
        request = replace(
            decision.request,
            threshold=decision.threshold,
            any_position=decision.any_position,
            max_candidates=_ALL_CANDIDATES,
        )
        scope = (decision.scope or SearchScope()).until(decision.change_token.number)
        search = replace(self.search, depth=decision.depth or self.search.depth)
        return await search(request, probe, scope, seconds_left=_SECONDS_TO_CATCH_UP)

    async def _templates(
        self, decision: Decision, side: Side, recorded: Sequence[ProbeFinger]
    ) -> list[StoredTemplate]:
        """Return the templates that a decision names, if they are still what they were."""
        encounter_ids = sorted({each.encounter_id for each in recorded if each.encounter_id})
        async with self.store.read() as records:
            supplied = await records.supplied_fingers.of(decision.decision_id, side)
            stored = await records.encounters.templates(encounter_ids)
            changed = await records.changes.changed_after(
                decision.change_token.number, encounter_ids
            )
        found = {(each.encounter_id, each.position): each.template for each in stored}
        templates = []
        for each in recorded:
            template = (
                supplied.get(each.position)
                if each.encounter_id is None
                else found.get((each.encounter_id, each.position))
            )
            if template is None:
                raise _CannotReplay(ReplayResult.PURGED, f"{side}: fingers are no longer stored")
            if recorded_as(each.position, each.encounter_id, template) != each:
                result = ReplayResult.CHANGED_SINCE if changed else ReplayResult.DIFFERENT
                raise _CannotReplay(result, f"{side}: finger {each.position} is another one")
            digest = bytes.fromhex(each.template_sha256)
            templates.append(
                StoredTemplate(each.encounter_id or "", each.position, template, digest)
            )
        return templates

    async def _compared(self, decision: Decision, again: Decision | ComparisonResult) -> Replay:
        """Compare with what is recorded, and explain the worst difference."""
        replays = [
            Replay(decision.decision_id, ReplayResult.DIFFERENT, detail)
            for detail in contradictions(decision)
        ]
        replays += [
            await self._explained(decision, each)
            for each in _different_candidates(decision, again.candidates)
        ]
        others_changed = await self._others_changed(decision)
        if decision.people_searched != again.people_searched and not others_changed:
            replays.append(Replay(decision.decision_id, ReplayResult.DIFFERENT, "people searched"))
        if not _is_same_rate(decision.predicted_fnir, again.predicted_fnir):
            result = ReplayResult.CHANGED_SINCE if others_changed else ReplayResult.DIFFERENT
            replays.append(Replay(decision.decision_id, result, "predicted FNIR"))
        replays.append(Replay(decision.decision_id, ReplayResult.SAME))
        return max(replays, key=lambda each: SEVERITY[each.result])

    async def _others_changed(self, decision: Decision) -> bool:
        """Return whether anybody that a search went over was changed or deleted since."""
        if decision.depth is None:
            return False
        async with self.store.read() as records:
            return await records.changes.earlier_changed_after(decision.change_token.number)

    async def _explained(self, decision: Decision, candidate: Candidate) -> Replay:
        named = {each.encounter_id for each in candidate.finger_scores if each.encounter_id}
        person_id = candidate.person_id or ""
        async with self.store.read() as records:
            person = await records.encounters.person(person_id, ALL_OFFICES)
            concerned = named.union(person.encounter_ids if person else ())
            remaining = await records.encounters.templates(sorted(named))
            changed = await records.changes.changed_after(decision.change_token.number, concerned)
        result = ReplayResult.DIFFERENT
        if changed:
            result = ReplayResult.CHANGED_SINCE if remaining else ReplayResult.PURGED
        return Replay(decision.decision_id, result, f"candidate {person_id}")


def other_version(decision: Decision, versions: ModelVersions) -> str:
    """Return the first version that a decision was made by and these are not; empty if none."""
    if decision.model_version != versions.model_version:
        return decision.model_version
    if decision.calibration_version != versions.calibration:
        return decision.calibration_version
    if decision.quantizer_version not in ("", versions.quantizer):
        return decision.quantizer_version
    return ""


def _different_candidates(decision: Decision, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return candidates recorded that do not come out again, and hits that are not recorded."""
    found = {each.person_id: each for each in candidates}
    recorded = {each.person_id: each for each in decision.candidates}
    different = [
        each
        for person_id, each in recorded.items()
        if person_id not in found or abs(found[person_id].score - each.score) > _SCORE_TOLERANCE
    ]
    if decision.hits_total == sum(each.hit for each in decision.candidates):
        different += [
            each for person_id, each in found.items() if each.hit and person_id not in recorded
        ]
    return different


def _is_same_rate(recorded: float | None, again: float | None) -> bool:
    """Return whether a predicted FNIR came out again, or is none that can be compared."""
    return recorded is None or again is None or abs(recorded - again) <= _FNIR_TOLERANCE
