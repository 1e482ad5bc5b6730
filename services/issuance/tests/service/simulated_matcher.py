"""A matcher that keeps its contract: fingers match when their templates hold the same bytes."""

from collections.abc import Iterable
from itertools import combinations
from pathlib import Path
from typing import Any

import grpc
from passport.matcher.v1 import (
    admin_pb2,
    admin_pb2_grpc,
    alteration_pb2,
    biometrics_pb2_grpc,
    encounters_pb2,
    encounters_pb2_grpc,
    identification_pb2,
    identification_pb2_grpc,
)
from passport.matcher.v1 import biometrics_pb2 as quality_pb2
from passport.type.v1 import biometrics_pb2

from .simulated_neighbour import AnsweredRequests, Context, SimulatedNeighbour, refuse

THRESHOLD = 6.0
WEAK = 6.5
"""The score of a false match: a hit that one examiner may clear."""
MAX_CANDIDATES = 10


class SimulatedMatcher(
    SimulatedNeighbour,
    encounters_pb2_grpc.EncountersServicer,
    identification_pb2_grpc.VerificationServicer,
    admin_pb2_grpc.MatcherAdminServicer,
    biometrics_pb2_grpc.BiometricsServicer,
):
    """Stores encounters and finds those whose fingers hold the same bytes.

    asked_about: encounter id of each CreateEncounter, in order. verified: each request of Verify.
    unusable_fingers: refused as POOR_QUALITY. altered: images of fingers that may be altered.
    unreadable: images and templates that are none.
    false_matches: fingers that match a person who is not theirs. merges: all, with what they moved.
    undone: ids of some. overloaded_calls: how many of the next calls are refused as OVERLOADED.
    epoch: of its database. assesses: whether it looks at fingers before they are enrolled, or is
    too busy. seconds_to_assess: that each call for it had.
    """

    def __init__(self, pki: Path) -> None:
        super().__init__(pki, "matcher")
        self.encounters: dict[str, encounters_pb2.Encounter] = {}
        self.fingers: dict[str, bytes] = {}
        self.answered = AnsweredRequests()
        self.asked_about: list[str] = []
        self.verified: list[identification_pb2.VerifyRequest] = []
        self.unusable_fingers: set[bytes] = set()
        self.altered: set[bytes] = set()
        self.unreadable: set[bytes] = set()
        self.false_matches: dict[bytes, str] = {}
        self.merges: dict[str, tuple[encounters_pb2.MergePersonsRequest, list[str]]] = {}
        self.undone: set[str] = set()
        self.overloaded_calls = 0
        self.epoch = "epoch-1"
        self.assesses = True
        self.seconds_to_assess: list[float] = []

    def add(self, server: grpc.aio.Server) -> None:
        encounters_pb2_grpc.add_EncountersServicer_to_server(self, server)
        identification_pb2_grpc.add_VerificationServicer_to_server(self, server)
        admin_pb2_grpc.add_MatcherAdminServicer_to_server(self, server)
        biometrics_pb2_grpc.add_BiometricsServicer_to_server(self, server)

    def enrol(self, person: str, fingers: bytes) -> None:
        """Put a person on record."""
        self._store(f"record-{person}", person, fingers, encounters_pb2.ENCOUNTER_STATUS_ACTIVE)

    def loses(self, *encounters: str) -> None:
        """Be restored from a backup that is older than these encounters."""
        for encounter in encounters:
            del self.encounters[encounter], self.fingers[encounter]
        self.epoch += "'"

    def status(self, encounter: str) -> str:
        """Return the status of an encounter, as in ACTIVE."""
        return encounters_pb2.EncounterStatus.Name(self.encounters[encounter].status)[17:]

    async def AssessFingers(
        self, request: quality_pb2.AssessFingersRequest, context: Context
    ) -> quality_pb2.AssessFingersResponse:
        self.seconds_to_assess.append(context.time_remaining())
        if not self.assesses:
            await refuse(context, "RESOURCE_EXHAUSTED", "OVERLOADED")
        captured = [sample for sample in request.samples if not sample.missing_reason]
        for place, sample in enumerate(request.samples):
            if _data(sample) in self.unreadable:
                part = "image" if sample.HasField("image") else "template"
                field = f"samples[{place}].{part}"
                await refuse(context, "INVALID_ARGUMENT", f"BAD_{part.upper()}", field)
        return quality_pb2.AssessFingersResponse(
            fingers=[self._assess(sample) for sample in captured],
            same_fingers=_same_fingers(captured),
        )

    def _assess(self, sample: biometrics_pb2.FingerSample) -> quality_pb2.AssessedFinger:
        acceptable = _data(sample) not in self.unusable_fingers
        return quality_pb2.AssessedFinger(
            position=sample.position,
            quality=(61 if acceptable else 4) if sample.HasField("image") else None,
            minutiae=44 if acceptable else 30,
            acceptable=acceptable,
            reason="" if acceptable else "POOR_QUALITY",
            alteration=self._alteration(sample),
        )

    def _alteration(self, sample: biometrics_pb2.FingerSample) -> alteration_pb2.Alteration:
        if not sample.HasField("image"):
            return alteration_pb2.Alteration(finding=alteration_pb2.ALTERATION_FINDING_NOT_EXAMINED)
        if _data(sample) in self.altered:
            altered = alteration_pb2.ALTERATION_FINDING_POSSIBLY_ALTERED
            return alteration_pb2.Alteration(finding=altered, score=3.6, detector_version="test-1")
        unaltered = alteration_pb2.ALTERATION_FINDING_NONE
        return alteration_pb2.Alteration(finding=unaltered, score=0.4, detector_version="test-1")

    def encounters_of(self, person: str) -> list[str]:
        """Return the ids of a person's encounters."""
        return sorted(id for id, each in self.encounters.items() if each.person_id == person)

    async def CreateEncounter(
        self, request: encounters_pb2.CreateEncounterRequest, context: Context
    ) -> encounters_pb2.CreateEncounterResponse:
        self.asked_about.append(request.encounter_id)
        if self.overloaded_calls:
            self.overloaded_calls -= 1
            await refuse(context, "RESOURCE_EXHAUSTED", "OVERLOADED")
        if (earlier := self.answered.earlier(request)) is not None:
            return earlier  # type: ignore[no-any-return]
        fingers = b"".join(map(_data, request.samples))
        if fingers in self.unusable_fingers:
            await refuse(context, "INVALID_ARGUMENT", "POOR_QUALITY")
        if _same_fingers(request.samples) and not request.confirmed_different:
            await refuse(context, "INVALID_ARGUMENT", "SAME_FINGER_TWICE")
        if request.encounter_id in self.encounters:
            await refuse(context, "ALREADY_EXISTS", "ENCOUNTER_EXISTS")
        decision = self._decide(request.encounter_id, fingers)
        pending = encounters_pb2.ENCOUNTER_STATUS_PENDING
        encounter = self._store(request.encounter_id, request.person_id, fingers, pending)
        encounter.office_id = request.office_id
        encounter.fingers.extend(
            encounters_pb2.StoredFinger(
                position=sample.position, alteration=self._alteration(sample)
            )
            for sample in request.samples
            if not sample.missing_reason
        )
        answer = encounters_pb2.CreateEncounterResponse(encounter=encounter, decision=decision)
        return self.answered.keep(request, answer)

    async def GetStatus(
        self, request: admin_pb2.GetStatusRequest, context: Context
    ) -> admin_pb2.MatcherStatus:
        return admin_pb2.MatcherStatus(database_epoch=self.epoch, latest_change=1)

    async def GetEncounter(
        self, request: encounters_pb2.GetEncounterRequest, context: Context
    ) -> encounters_pb2.Encounter:
        if request.encounter_id not in self.encounters:
            await refuse(context, "NOT_FOUND", "ENCOUNTER_NOT_FOUND")
        return self.encounters[request.encounter_id]

    async def SetEncounterStatus(
        self, request: encounters_pb2.SetEncounterStatusRequest, context: Context
    ) -> encounters_pb2.Encounter:
        if (earlier := self.answered.earlier(request)) is not None:
            return earlier  # type: ignore[no-any-return]
        if request.encounter_id not in self.encounters:
            await refuse(context, "NOT_FOUND", "ENCOUNTER_NOT_FOUND")
        encounter = self.encounters[request.encounter_id]
        fraud = encounters_pb2.ENCOUNTER_STATUS_FRAUD
        person = dict(context.invocation_metadata() or ()).get("on-behalf-of", "")
        supervised = str(person).endswith("/role/supervisor") and request.reason
        if encounter.status == fraud != request.status and not supervised:
            await refuse(context, "PERMISSION_DENIED", "SUPERVISOR_NEEDED")
        encounter.status = request.status
        encounter.revision += 1
        return self.answered.keep(request, encounter)

    async def DeleteEncounter(
        self, request: encounters_pb2.DeleteEncounterRequest, context: Context
    ) -> encounters_pb2.DeleteEncounterResponse:
        if (earlier := self.answered.earlier(request)) is not None:
            return earlier  # type: ignore[no-any-return]
        if request.encounter_id not in self.encounters:
            await refuse(context, "NOT_FOUND", "ENCOUNTER_NOT_FOUND")
        del self.encounters[request.encounter_id], self.fingers[request.encounter_id]
        return self.answered.keep(request, encounters_pb2.DeleteEncounterResponse())

    async def MoveEncounter(
        self, request: encounters_pb2.MoveEncounterRequest, context: Context
    ) -> encounters_pb2.Encounter:
        if (earlier := self.answered.earlier(request)) is not None:
            return earlier  # type: ignore[no-any-return]
        encounter = self.encounters[request.encounter_id]
        if encounter.person_id == request.person_id:
            await refuse(context, "FAILED_PRECONDITION", "SAME_PERSON")
        encounter.person_id = request.person_id
        return self.answered.keep(request, encounter)

    async def MergePersons(
        self, request: encounters_pb2.MergePersonsRequest, context: Context
    ) -> encounters_pb2.MergePersonsResponse:
        """Move all encounters of a person to another one."""
        if (earlier := self.answered.earlier(request)) is not None:
            return earlier  # type: ignore[no-any-return]
        for field in ("from_person_id", "into_person_id"):
            if not self.encounters_of(getattr(request, field)):
                await refuse(context, "NOT_FOUND", "PERSON_NOT_FOUND", field)
        moved = self.encounters_of(request.from_person_id)
        for encounter in moved:
            self.encounters[encounter].person_id = request.into_person_id
        answer = encounters_pb2.MergePersonsResponse(
            merge_id=f"merge-{request.request_id}", encounter_ids=moved
        )
        self.merges[answer.merge_id] = (request, moved)
        return self.answered.keep(request, answer)

    async def UndoMerge(
        self, request: encounters_pb2.UndoMergeRequest, context: Context
    ) -> encounters_pb2.UndoMergeResponse:
        """Give back the encounters that a merge moved and that are still there."""
        if (earlier := self.answered.earlier(request)) is not None:
            return earlier  # type: ignore[no-any-return]
        if request.merge_id not in self.merges:
            await refuse(context, "NOT_FOUND", "MERGE_NOT_FOUND", "merge_id")
        if request.merge_id in self.undone:
            await refuse(context, "FAILED_PRECONDITION", "MERGE_UNDONE", "merge_id")
        self.undone.add(request.merge_id)
        merge, moved = self.merges[request.merge_id]
        there = [id for id in self.encounters_of(merge.into_person_id) if id in moved]
        for encounter in there:
            self.encounters[encounter].person_id = merge.from_person_id
        answer = encounters_pb2.UndoMergeResponse(
            person_id=merge.from_person_id, encounter_ids=there
        )
        return self.answered.keep(request, answer)

    async def Verify(
        self, request: identification_pb2.VerifyRequest, context: Context
    ) -> identification_pb2.Decision:
        """Compare samples with an encounter or the first one of a person: no other sources."""
        self.verified.append(request)
        if (earlier := self.answered.earlier(request)) is not None:
            return earlier  # type: ignore[no-any-return]
        fingers = b"".join(sample.template.data for sample in request.probe.samples.samples)
        if fingers in self.unusable_fingers:
            field = "probe.samples.samples[0]"
            await refuse(context, "INVALID_ARGUMENT", "POOR_QUALITY", field)
        of_person = self.encounters_of(request.reference.person_id)
        reference = of_person[0] if of_person else request.reference.encounter_id
        if reference not in self.encounters:
            kind = request.reference.WhichOneof("source") or "encounter_id"
            what = kind.removesuffix("_id")
            await refuse(context, "NOT_FOUND", f"{what.upper()}_NOT_FOUND", f"reference.{kind}")
        return self.answered.keep(request, self._verify(request.request_id, fingers, reference))

    def _verify(self, id: str, fingers: bytes, reference: str) -> identification_pb2.Decision:
        matches = self.fingers[reference] == fingers
        proven = self.status(reference) == "ACTIVE"
        hit = identification_pb2.OUTCOME_HIT if proven else identification_pb2.OUTCOME_UNDECIDED
        unproven = identification_pb2.UNDECIDED_REASON_UNPROVEN_REFERENCE
        score = biometrics_pb2.Score(value=9.0 if matches else 0.0, calibration_version="test-1")
        return identification_pb2.Decision(
            decision_id=f"decision-{id}",
            outcome=hit if matches else identification_pb2.OUTCOME_NO_HIT,
            undecided_reasons=[unproven] if matches and not proven else [],
            candidates=[
                identification_pb2.Candidate(
                    person_id=self.encounters[reference].person_id, score=score, hit=matches
                )
            ],
            hits_total=int(matches),
            threshold=biometrics_pb2.Score(value=THRESHOLD, calibration_version="test-1"),
            people_searched=1,
        )

    def _store(
        self, encounter_id: str, person: str, fingers: bytes, status: Any
    ) -> encounters_pb2.Encounter:
        self.fingers[encounter_id] = fingers
        self.encounters[encounter_id] = encounters_pb2.Encounter(
            encounter_id=encounter_id, person_id=person, status=status, revision=1
        )
        return self.encounters[encounter_id]

    def _decide(self, encounter_id: str, fingers: bytes) -> identification_pb2.Decision:
        people = [
            self.encounters[other].person_id
            for other, stored in self.fingers.items()
            if stored == fingers and self.status(other) != "INACTIVE"
        ]
        if fingers in self.false_matches:
            people.append(self.false_matches[fingers])
        value = WEAK if fingers in self.false_matches else 9.0
        score = biometrics_pb2.Score(value=value, calibration_version="test-1")
        return identification_pb2.Decision(
            decision_id=f"decision-{encounter_id}",
            outcome=identification_pb2.OUTCOME_HIT if people else identification_pb2.OUTCOME_NO_HIT,
            candidates=[
                identification_pb2.Candidate(person_id=person, score=score, hit=True)
                for person in list(dict.fromkeys(people))[:MAX_CANDIDATES]
            ],
            hits_total=len(dict.fromkeys(people)),
            threshold=biometrics_pb2.Score(value=THRESHOLD, calibration_version="test-1"),
        )


def _data(sample: biometrics_pb2.FingerSample) -> bytes:
    """Return the bytes of a finger; none if it is missing."""
    return sample.template.data or sample.image.data


def _same_fingers(
    samples: Iterable[biometrics_pb2.FingerSample],
) -> list[quality_pb2.SameFinger]:
    """Return each two positions that hold the same bytes."""
    by_position = sorted((sample.position, _data(sample)) for sample in samples if _data(sample))
    return [
        quality_pb2.SameFinger(first=first, second=second)
        for (first, data), (second, other) in combinations(by_position, 2)
        if data == other
    ]
