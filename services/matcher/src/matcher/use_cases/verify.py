"""Verification (1:1): are probe and reference of one person? It needs no index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from servicekit.process.worker_pool import WorkerPool

from matcher.calibration.score_calibration import person_score_threshold
from matcher.comparison.comparator import Comparator, PreparedFinger
from matcher.domain.caveats import caveats_of
from matcher.domain.change_token import ChangeToken
from matcher.domain.decision import (
    Decision,
    DecisionKind,
    DecisionRecord,
    DecisionRequest,
    FingerSequenceError,
    ProbeFinger,
)
from matcher.domain.decision_rule import is_hit
from matcher.domain.encounter import EncounterStatus, StoredPerson, StoredTemplate, kept_apart
from matcher.domain.errors import NoCommonFinger, UnreadableTemplate
from matcher.domain.finger import read_stored_template
from matcher.domain.finger_source import FingerSource, Probe, Side, SuppliedSamples
from matcher.domain.office_scope import OfficeScope
from matcher.domain.request import RequestOrigin
from matcher.domain.shortlist import Impression, ReferencePerson
from matcher.index.finger_features import prepared_finger
from matcher.models import ModelBundle
from matcher.store.store import Records, Store, StoreResponse
from matcher.use_cases.compare_persons import candidates_of, compare_persons
from matcher.use_cases.finger_sequence import finger_sequence_errors
from matcher.use_cases.make_decision import ComparisonResult, DecisionMaker
from matcher.use_cases.predict_fnir import predicted_by_maps
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.resolve_probe import ResolveProbe, recorded_as

_ONE_PERSON = 1
"""A verification compares one person and has one candidate."""


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """Both sides of a verification.

    reference_recorded_as: its impressions, as the decision names them. same_encounter: whether one
    was left out, being on both sides. supplied_reference: the reference, if it came with the call.
    """

    probe: Probe
    reference: ReferencePerson
    reference_recorded_as: tuple[ProbeFinger, ...]
    same_encounter: bool = False
    supplied_reference: Probe | None = None


@dataclass(frozen=True, slots=True)
class Verify:
    """Compares probe and reference. target_fmr: if the caller asks for none."""

    store: Store
    resolve_probe: ResolveProbe
    pool: WorkerPool
    models: ModelBundle
    decision_maker: DecisionMaker
    readiness: Readiness
    target_fmr: float

    async def __call__(
        self,
        probe_source: FingerSource,
        reference_source: FingerSource,
        target_fmr: float | None,
        origin: RequestOrigin,
        store_response: StoreResponse[DecisionRecord],
        *,
        forget_samples: bool = False,
    ) -> DecisionRecord:
        """Return the recorded decision, whose one candidate is the reference.

        forget_samples: whether nothing is kept of samples that came with the call. No encounter is
        compared with itself. A hit that rests on no ACTIVE encounter is UNDECIDED.
        Raises what ResolveProbe raises, SameEncounter, NoCommonFinger, UnreadableTemplate,
        NotReady.
        """
        self.readiness.require(ServiceLevel.VERIFY_ONLY)
        sides = await self._sides(probe_source, reference_source, origin.scope)
        request = DecisionRequest(
            DecisionKind.VERIFY,
            origin.caller,
            origin.request_id,
            target_fmr or self.target_fmr,
            _ONE_PERSON,
            on_behalf_of=origin.on_behalf_of_uri,
            office_id=origin.office_id,
        )
        async with self.store.read() as records:
            state = await records.changes.head()
        threshold = person_score_threshold(target_fmr or self.target_fmr, _ONE_PERSON)
        result = await self.pool.run(compare_sides, self.models, sides, threshold, state)
        decision = self.decision_maker.decide(request, sides.probe, result)
        async with self.store.write() as records:
            recorded = await records.decisions.append(decision)
            if not forget_samples:
                await _store_supplied(records, decision, sides)
            await store_response(records, recorded)
        return recorded

    async def _sides(
        self, probe_source: FingerSource, reference_source: FingerSource, scope: OfficeScope
    ) -> Sides:
        """Return both sides without a common encounter; of two persons who are one, two halves."""
        of_probe = await self._stored_person(probe_source, "probe", scope)
        of_reference = await self._stored_person(reference_source, "reference", scope)
        same_encounter = False
        if of_probe and of_reference:
            same_encounter = not of_probe.statuses.keys().isdisjoint(of_reference.statuses)
            of_probe, of_reference = kept_apart(of_probe, of_reference)
        if of_probe:
            probe = await self.resolve_probe.of_person(of_probe, "probe")
        else:
            probe = await self.resolve_probe(probe_source, "probe", scope)
        if of_reference:
            reference, recorded_as = await self._stored_reference(of_reference)
            return Sides(probe, reference, recorded_as, same_encounter)
        supplied = await self.resolve_probe(reference_source, "reference", scope)
        reference = await self.pool.run(supplied_reference, self.models.comparator, supplied)
        return Sides(probe, reference, supplied.recorded_as, same_encounter, supplied)

    async def _stored_person(
        self, source: FingerSource, field: str, scope: OfficeScope
    ) -> StoredPerson | None:
        if isinstance(source, SuppliedSamples):
            return None
        return await self.resolve_probe.stored_person(source, field, scope)

    async def _stored_reference(
        self, person: StoredPerson
    ) -> tuple[ReferencePerson, tuple[ProbeFinger, ...]]:
        """Return all stored impressions of each finger, and how the decision names them.

        Raises UnreadableTemplate if none can be read.
        """
        async with self.store.read() as records:
            templates = await records.encounters.templates(person.encounter_ids)
        reference = await self.pool.run(read_reference, self.models.comparator, person, templates)
        if reference.is_incomplete and not reference.impressions:
            raise UnreadableTemplate("no stored template can be read", field="reference")
        return reference, tuple(
            recorded_as(each.position, each.encounter_id, each.template) for each in templates
        )


async def _store_supplied(records: Records, decision: Decision, sides: Sides) -> None:
    for side, fingers in ((Side.PROBE, sides.probe), (Side.REFERENCE, sides.supplied_reference)):
        if fingers is not None:
            await records.supplied_fingers.store(
                decision.decision_id, side, fingers, decision.decided_at
            )


def compare_sides(
    models: ModelBundle, sides: Sides, threshold: float, state: ChangeToken
) -> ComparisonResult:
    """Compare probe and reference; raise NoCommonFinger if nothing can be compared."""
    reference = sides.reference
    fingers = _prepare(models.comparator, sides.probe)
    errors = finger_sequence_errors(models, fingers, reference)
    compared = compare_persons(models, fingers, [reference])
    if not compared:
        raise NoCommonFinger(
            "probe and reference have no finger in common",
            finger_sequence_errors=_described(errors),
        )
    (candidate,) = candidates_of(compared, threshold)
    common = {
        position: fingers[position] for position in fingers if position in reference.impressions
    }
    return ComparisonResult(
        candidates=(replace(candidate, finger_sequence_errors=errors),),
        hits_total=int(candidate.hit),
        threshold=threshold,
        predicted_fnir=predicted_by_maps(
            common,
            [reference],
            lambda probe: models.calibration.predicted_fnir([*probe.values()], threshold),
        ),
        positions_compared=tuple(sorted(common)),
        people_searched=_ONE_PERSON,
        people_compared=_ONE_PERSON,
        incomplete_people=reference.is_incomplete + sides.probe.is_incomplete,
        change_token=state,
        caveats=caveats_of(
            sides.probe.statuses,
            reference.statuses.values(),
            same_encounter=sides.same_encounter,
        ),
        reference=sides.reference_recorded_as,
        is_unproven=not _hits_proven(models, fingers, reference, threshold),
    )


def _hits_proven(
    models: ModelBundle,
    probe: Mapping[int, PreparedFinger],
    reference: ReferencePerson,
    threshold: float,
) -> bool:
    """Return whether the reference is a hit by its proven encounters alone, or comes from none."""
    proven = {
        position: [impression for impression in impressions if _is_proven(impression, reference)]
        for position, impressions in reference.impressions.items()
    }
    proven = {position: impressions for position, impressions in proven.items() if impressions}
    compared = compare_persons(models, probe, [replace(reference, impressions=proven)])
    return bool(compared) and is_hit(compared[0].score, threshold)


def _is_proven(impression: Impression, reference: ReferencePerson) -> bool:
    status = reference.statuses.get(impression.encounter_id or "", EncounterStatus.ACTIVE)
    return status is EncounterStatus.ACTIVE


def _prepare(comparator: Comparator, probe: Probe) -> dict[int, PreparedFinger]:
    return {finger.position: prepared_finger(comparator, finger) for finger in probe.fingers}


def read_reference(
    comparator: Comparator, person: StoredPerson, templates: Sequence[StoredTemplate]
) -> ReferencePerson:
    """Return a person with the impressions that can be read of these templates."""
    impressions: dict[int, list[Impression]] = {}
    is_incomplete = False
    for stored in templates:
        minutiae = read_stored_template(stored.template, stored.sha256)
        if minutiae is None:
            is_incomplete = True
            continue
        impression = Impression(stored.encounter_id, comparator.prepare(minutiae))
        impressions.setdefault(stored.position, []).append(impression)
    return ReferencePerson(
        person.person_id, person.known_fraud, impressions, is_incomplete, person.statuses
    )


def supplied_reference(comparator: Comparator, supplied: Probe) -> ReferencePerson:
    """Return fingers that came with a call as a reference."""
    fingers = _prepare(comparator, supplied)
    return ReferencePerson(
        None, False, {position: [Impression(None, each)] for position, each in fingers.items()}
    )


def _described(errors: Sequence[FingerSequenceError]) -> str:
    """Return the errors in words, each as "<stated position> is <actual position>"."""
    return ", ".join(f"{each.stated_position} is {each.actual_position}" for each in errors)
