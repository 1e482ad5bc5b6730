"""Client of the national matcher."""

from collections.abc import Awaitable
from typing import Any

import grpc
from passport.matcher.v1 import (
    admin_pb2,
    admin_pb2_grpc,
    encounters_pb2_grpc,
    identification_pb2,
    identification_pb2_grpc,
)
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1.alteration_pb2 import ALTERATION_FINDING_POSSIBLY_ALTERED

from issuance.clients.call_errors import CallError, read_call_error
from issuance.clients.unusable_fingers import UNUSABLE_FINGERS, concerns_samples
from issuance.domain.adjudication_referral import Candidate, IdentificationOutcome
from issuance.domain.encounter_change import EncounterChange, EncounterStatus, decode_changes
from issuance.domain.finger_check import FingerCheck, FingerComparison
from issuance.domain.fingers import FingerPosition
from issuance.domain.identification_request import IdentificationRequest
from issuance.domain.matcher_restore import EncounterFound, MatcherPast
from issuance.domain.outbox import OutboxTask
from issuance.domain.verification import Verification
from issuance.use_cases.ports import MatcherDecision, Unavailable, UnusableFingers, WorkRefused

HEALTH_SERVICE = "passport.matcher.v1.Identification"
"""The matcher counts as healthy while this service of it is."""

_PERMANENT = frozenset(
    {
        "ENCOUNTER_EXISTS",
        "ENCOUNTER_NOT_FOUND",
        "INVALID_REQUEST",
        "PERSON_NOT_FOUND",
        "REASON_NEEDED",
        "REQUEST_ID_REUSED",
        "STATUS_CHANGE_NOT_ALLOWED",
        "SUPERVISOR_NEEDED",
    }
)
"""Reasons for which the matcher refuses the same work whenever it is asked.

NOT_PERMITTED is none: a wrong policy or certificate concerns all work, until it is mended.
"""
_OUTCOMES = {
    identification_pb2.OUTCOME_NO_HIT: IdentificationOutcome.NO_HIT,
    identification_pb2.OUTCOME_HIT: IdentificationOutcome.HIT,
    identification_pb2.OUTCOME_UNDECIDED: IdentificationOutcome.UNDECIDED,
}


_STATUSES = {
    EncounterStatus.ACTIVE: pb.ENCOUNTER_STATUS_ACTIVE,
    EncounterStatus.INACTIVE: pb.ENCOUNTER_STATUS_INACTIVE,
    EncounterStatus.FRAUD: pb.ENCOUNTER_STATUS_FRAUD,
}
_STATUSES_FOUND = {value: status for status, value in _STATUSES.items()} | {
    pb.ENCOUNTER_STATUS_PENDING: EncounterStatus.PENDING
}


_INCOMPARABLE = UNUSABLE_FINGERS | {
    "WRONG_HAND",
    "FINGERS_NOT_FOUND",
    "NO_COMMON_FINGER",
    "SAME_ENCOUNTER",
    "PERSON_NOT_FOUND",
    "UNREADABLE_TEMPLATE",
    "INVALID_REQUEST",
}
"""Reasons for which these fingers and this record cannot be verified, now or later."""
_SAMPLES_OF_PROBE = "probe.samples."


class MatcherClient:
    """Implements `ports.Matcher`, `MatcherMemory`, `PersonMerger`, `Verifier`, `FingerMatcher`.

    timeout: of one call, seconds of real time.
    """

    def __init__(self, channel: grpc.aio.Channel, timeout: float) -> None:
        self._encounters = encounters_pb2_grpc.EncountersStub(channel)
        self._admin = admin_pb2_grpc.MatcherAdminStub(channel)
        self._verification = identification_pb2_grpc.VerificationStub(channel)
        self._timeout = timeout

    async def enrol(
        self, task: OutboxTask, asked: IdentificationRequest, fingers: bytes
    ) -> MatcherDecision:
        """Create an encounter with the id of the application, and search for duplicates."""
        given = identification_pb2.SampleSet.FromString(fingers)
        request = pb.CreateEncounterRequest(
            request_id=task.request_id,
            encounter_id=asked.encounter_id,
            person_id=asked.person_id,
            office_id=task.office,
            samples=given.samples,
            confirmed_different=given.confirmed_different,
            check_duplicates=True,
        )
        try:
            answer = await self._encounters.CreateEncounter(request, timeout=self._timeout)
        except grpc.aio.AioRpcError as error:
            details = read_call_error(error)
            if concerns_samples(details):
                raise UnusableFingers(f"{details.reason} {details.field}".strip()) from error
            raise _failure(details) from error
        return _decision(answer.decision, answer.encounter)

    async def past(self) -> MatcherPast:
        """Return the epoch and the latest change of its database. Raises Unavailable."""
        try:
            status = await self._admin.GetStatus(
                admin_pb2.GetStatusRequest(), timeout=self._timeout
            )
        except grpc.aio.AioRpcError as error:
            raise read_call_error(error).as_unavailable() from error
        if not status.database_epoch:
            raise Unavailable("the matcher's database does not answer")
        return MatcherPast(status.database_epoch, status.latest_change)

    async def find_encounter(self, encounter_id: str) -> EncounterFound | None:
        """Return an encounter; None if the matcher has none of this id. Raises Unavailable."""
        request = pb.GetEncounterRequest(encounter_id=encounter_id)
        try:
            encounter = await self._encounters.GetEncounter(request, timeout=self._timeout)
        except grpc.aio.AioRpcError as error:
            details = read_call_error(error)
            if details.reason == "ENCOUNTER_NOT_FOUND":
                return None
            raise details.as_unavailable() from error
        return EncounterFound(_STATUSES_FOUND[encounter.status], encounter.person_id)

    async def verify(self, task: OutboxTask, person_id: str, fingers: bytes) -> Verification:
        """Compare the fingers with all that is on record of the person."""
        request = identification_pb2.VerifyRequest(
            request_id=task.request_id,
            probe=identification_pb2.FingerSource(
                samples=identification_pb2.SampleSet.FromString(fingers)
            ),
            reference=identification_pb2.FingerSource(person_id=person_id),
        )
        try:
            decision = await self._verification.Verify(request, timeout=self._timeout)
        except grpc.aio.AioRpcError as error:
            details = read_call_error(error)
            if details.reason in _INCOMPARABLE:
                return Verification(matches=False)
            raise _failure(details) from error
        return _verification(decision)

    async def compare_fingers(
        self, request_id: str, encounter_id: str, fingers: bytes, seconds: float
    ) -> FingerComparison:
        """Compare fingers with those of an encounter; the matcher forgets them."""
        request = identification_pb2.VerifyRequest(
            request_id=request_id,
            probe=identification_pb2.FingerSource(
                samples=identification_pb2.SampleSet.FromString(fingers)
            ),
            reference=identification_pb2.FingerSource(encounter_id=encounter_id),
            forget_samples=True,
        )
        # The officer waits: a matcher that is being connected to is not waited for.
        options: Any = {"timeout": seconds, "wait_for_ready": False}
        try:
            decision = await self._verification.Verify(request, **options)
        except grpc.aio.AioRpcError as error:
            details = read_call_error(error)
            if details.reason == "ENCOUNTER_NOT_FOUND":
                return FingerComparison(FingerCheck.NOT_ON_RECORD)
            if details.reason in _INCOMPARABLE:
                field = details.field.removeprefix(_SAMPLES_OF_PROBE)
                raise UnusableFingers(details.reason, field) from error
            raise details.as_unavailable() from error
        return _comparison(decision)

    async def set_encounter_status(self, task: OutboxTask) -> None:
        """Make the changes of the task: move, set the status, delete; each may be repeated."""
        for nth, change in enumerate(decode_changes(task.payload, task.case)):
            try:
                await self._change(change, f"{task.request_id}-{nth}")
            except grpc.aio.AioRpcError as error:
                raise _failure(read_call_error(error)) from error

    async def merge_persons(
        self, request_id: str, from_person: str, into_person: str, on_behalf_of: str
    ) -> str:
        """Move all encounters of a person to another one; return the id of the merge, if any."""
        options = self._options(on_behalf_of)
        request = pb.MergePersonsRequest(
            request_id=request_id, from_person_id=from_person, into_person_id=into_person
        )
        try:
            answer = await self._encounters.MergePersons(request, **options)
        except grpc.aio.AioRpcError as error:
            details = read_call_error(error)
            if details.reason == "PERSON_NOT_FOUND" and details.field == "from_person_id":
                return ""  # its last encounter was deleted or moved before
            raise _failure(details) from error
        return answer.merge_id

    async def undo_merge(self, request_id: str, merge: str, on_behalf_of: str) -> None:
        """Give back what a merge moved; one that the matcher has undone or lost moved nothing."""
        options = self._options(on_behalf_of)
        request = pb.UndoMergeRequest(request_id=request_id, merge_id=merge)
        try:
            await self._encounters.UndoMerge(request, **options)
        except grpc.aio.AioRpcError as error:
            details = read_call_error(error)
            if details.reason not in ("MERGE_NOT_FOUND", "MERGE_UNDONE"):
                raise _failure(details) from error

    def _options(self, on_behalf_of: str) -> dict[str, Any]:
        """Return the options of a call in the name of a person; empty: of nobody's."""
        person = {"on-behalf-of": on_behalf_of} if on_behalf_of else {}
        return {"timeout": self._timeout, "metadata": tuple(person.items())}

    async def _change(self, change: EncounterChange, request_id: str) -> None:
        options = self._options(change.on_behalf_of)
        if change.status is EncounterStatus.DELETED:
            delete = pb.DeleteEncounterRequest(
                request_id=request_id, encounter_id=change.encounter_id
            )
            await _unless(
                "ENCOUNTER_NOT_FOUND", self._encounters.DeleteEncounter(delete, **options)
            )
            return
        if change.person_id:
            move = pb.MoveEncounterRequest(
                request_id=f"{request_id}-move",
                encounter_id=change.encounter_id,
                person_id=change.person_id,
            )
            await _unless("SAME_PERSON", self._encounters.MoveEncounter(move, **options))
        request = pb.SetEncounterStatusRequest(
            request_id=request_id,
            encounter_id=change.encounter_id,
            status=_STATUSES[change.status],
            reason=change.reason,
        )
        await self._encounters.SetEncounterStatus(request, **options)


def _failure(details: CallError) -> Exception:
    """Return the error that an outbox task ends with, or is attempted again after."""
    if details.reason in _PERMANENT:
        return WorkRefused(f"{details.reason}: {details.message}")
    return details.as_unavailable()


async def _unless(reason: str, call: Awaitable[object]) -> None:
    """Make a call; an error of this reason means that there is nothing to do."""
    try:
        await call
    except grpc.aio.AioRpcError as error:
        if read_call_error(error).reason != reason:
            raise


def _verification(decision: identification_pb2.Decision) -> Verification:
    """Return what a decision says; a record that proves no identity leaves a doubt."""
    is_hit = decision.outcome == identification_pb2.OUTCOME_HIT
    known_fraud = any(candidate.known_fraud for candidate in decision.candidates)
    doubtful = known_fraud or decision.caveats or decision.incomplete_people
    return Verification(is_hit and not doubtful, decision.decision_id)


def _comparison(decision: identification_pb2.Decision) -> FingerComparison:
    """Return whether fingers are those of one encounter, whatever that proves of the person.

    Raises UnusableFingers where the matcher does not dare to say that they are not.
    """
    if any(candidate.hit for candidate in decision.candidates):
        return FingerComparison(FingerCheck.MATCH, decision.decision_id)
    if decision.outcome == identification_pb2.OUTCOME_NO_HIT:
        return FingerComparison(FingerCheck.NO_MATCH, decision.decision_id)
    reasons = map(identification_pb2.UndecidedReason.Name, decision.undecided_reasons)
    raise UnusableFingers(", ".join(each.removeprefix("UNDECIDED_REASON_") for each in reasons))


def _decision(decision: identification_pb2.Decision, encounter: pb.Encounter) -> MatcherDecision:
    candidates = tuple(
        Candidate(found.person_id, found.score.value, found.hit) for found in decision.candidates
    )
    # An outcome that we do not know must not count as NO_HIT.
    outcome = _OUTCOMES.get(decision.outcome, IdentificationOutcome.UNDECIDED)
    calibration = decision.threshold.calibration_version
    altered = tuple(
        FingerPosition(finger.position)
        for finger in encounter.fingers
        if finger.alteration.finding == ALTERATION_FINDING_POSSIBLY_ALTERED
    )
    return MatcherDecision(
        decision.decision_id, outcome, candidates, calibration, decision.hits_total, altered
    )
