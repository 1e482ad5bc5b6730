"""Verification (1:1): are probe and reference of one person? It needs no index."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from servicekit.process.worker_pool import WorkerPool

from matcher.calibration.score_calibration import person_score_threshold
from matcher.comparison.comparator import Comparator, PreparedFinger
from matcher.domain.decision import (
    DecisionKind,
    DecisionRecord,
    DecisionRequest,
    FingerSequenceError,
)
from matcher.domain.encounter import StoredPerson, StoredTemplate
from matcher.domain.errors import NoCommonFinger
from matcher.domain.finger import read_template
from matcher.domain.finger_source import FingerSource, Probe, SuppliedSamples
from matcher.domain.request import RequestOrigin
from matcher.domain.shortlist import Impression, ReferencePerson
from matcher.models import ModelBundle
from matcher.store.store import Store, StoreResponse
from matcher.use_cases.compare_candidates import compare_candidates
from matcher.use_cases.finger_sequence import finger_sequence_errors
from matcher.use_cases.make_decision import DecisionMaker
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.resolve_probe import ResolveProbe

_ONE_PERSON = 1
"""A verification compares one person and has one candidate."""


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
    ) -> DecisionRecord:
        """Return the recorded decision, whose one candidate is the reference.

        Raises what ResolveProbe raises, NoCommonFinger, NotReady.
        """
        self.readiness.require(ServiceLevel.VERIFY_ONLY)
        probe = await self.resolve_probe(probe_source, "probe")
        reference = await self._reference(reference_source)
        request = DecisionRequest(
            DecisionKind.VERIFY,
            origin.caller,
            origin.request_id,
            target_fmr or self.target_fmr,
            _ONE_PERSON,
        )
        threshold = person_score_threshold(request.target_rate, _ONE_PERSON)
        fingers = await self.pool.run(_prepare, self.models.comparator, probe)
        candidates = await self.pool.run(
            compare_candidates,
            self.models,
            fingers,
            [reference],
            threshold=threshold,
            max_candidates=request.max_candidates,
        )
        errors = await self.pool.run(finger_sequence_errors, self.models, fingers, reference)
        if not candidates:
            raise NoCommonFinger(
                "probe and reference have no finger in common",
                finger_sequence_errors=_described(errors),
            )
        async with self.store.write() as records:
            decision = self.decision_maker.decide(
                request,
                probe,
                [fingers[position] for position in fingers if position in reference.impressions],
                tuple(replace(each, finger_sequence_errors=errors) for each in candidates),
                threshold=threshold,
                people_searched=_ONE_PERSON,
                people_compared=_ONE_PERSON,
                change_token=await records.changes.head(),
            )
            recorded = await records.decisions.append(decision)
            await store_response(records, recorded)
        return recorded

    async def _reference(self, source: FingerSource) -> ReferencePerson:
        """Return the reference: supplied fingers, or all stored impressions of each finger."""
        comparator = self.models.comparator
        if isinstance(source, SuppliedSamples):
            supplied = await self.resolve_probe(source, "reference")
            fingers = await self.pool.run(_prepare, comparator, supplied)
            return ReferencePerson(
                None, False, {position: [Impression(None, f)] for position, f in fingers.items()}
            )
        person = await self.resolve_probe.stored_person(source, "reference")
        async with self.store.read() as records:
            templates = await records.encounters.templates(person.encounter_ids)
        return await self.pool.run(_stored_reference, comparator, person, templates)


def _prepare(comparator: Comparator, probe: Probe) -> dict[int, PreparedFinger]:
    return {finger.position: comparator.prepare(finger.minutiae) for finger in probe.fingers}


def _stored_reference(
    comparator: Comparator, person: StoredPerson, templates: Sequence[StoredTemplate]
) -> ReferencePerson:
    impressions: dict[int, list[Impression]] = {}
    for stored in templates:
        finger = comparator.prepare(read_template(stored.template))
        impressions.setdefault(stored.position, []).append(Impression(stored.encounter_id, finger))
    return ReferencePerson(person.person_id, person.known_fraud, impressions)


def _described(errors: Sequence[FingerSequenceError]) -> str:
    """Return the errors in words, each as "<stated position> is <actual position>"."""
    return ", ".join(f"{each.stated_position} is {each.actual_position}" for each in errors)
