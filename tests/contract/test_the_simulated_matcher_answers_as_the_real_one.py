"""The matcher that stands in for the real one in the tests of issuance gives the same answers.

What issuance relies on when fingerprints are submitted, when it compares who collects a passport,
and when it merges persons.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
import pytest_asyncio
from google.rpc import error_details_pb2  # type: ignore[import-untyped]  # stubs lack py.typed
from grpc_status import rpc_status
from harness.country import Country
from harness.identities import NATIONAL
from harness.patient_calls import reason
from passport.matcher.v1 import (
    biometrics_pb2,
    biometrics_pb2_grpc,
    encounters_pb2_grpc,
    identification_pb2,
    identification_pb2_grpc,
)
from passport.matcher.v1 import encounters_pb2 as pb
from passport.type.v1 import biometrics_pb2 as biometrics
from servicekit.grpc.client_channel import open_channel
from servicekit.security.development_certificates import issue_certificate

from services.issuance.tests.service.simulated_matcher import SimulatedMatcher

from .people_of_offices import issuance_of, samples

pytestmark = pytest.mark.asyncio(loop_scope="session")

OWN, ANOTHERS = 71, 72
HIT, NO_HIT, UNDECIDED = (
    identification_pb2.OUTCOME_HIT,
    identification_pb2.OUTCOME_NO_HIT,
    identification_pb2.OUTCOME_UNDECIDED,
)
RIGHT, LEFT = biometrics.FINGER_POSITION_RIGHT_INDEX, biometrics.FINGER_POSITION_LEFT_INDEX
UNREADABLE = b"text"
PENDING, ACTIVE = pb.ENCOUNTER_STATUS_PENDING, pb.ENCOUNTER_STATUS_ACTIVE


class Caller:
    """Issuance, as it calls a matcher."""

    def __init__(self, channel: Any) -> None:
        self._encounters: Any = encounters_pb2_grpc.EncountersStub(channel)
        self._verification: Any = identification_pb2_grpc.VerificationStub(channel)
        self._biometrics: Any = biometrics_pb2_grpc.BiometricsStub(channel)

    async def assesses(self, fingers: Any) -> biometrics_pb2.AssessFingersResponse:
        """Have fingers looked at before they are enrolled."""
        request = biometrics_pb2.AssessFingersRequest(samples=fingers)
        return await self._biometrics.AssessFingers(request, timeout=60)  # type: ignore[no-any-return]

    async def enrols(
        self,
        encounter: str,
        status: Any,
        person: str = "",
        fingers: Any = None,
        *,
        confirmed_different: bool = False,
    ) -> None:
        """Enrol somebody as an application does."""
        request = pb.CreateEncounterRequest(
            request_id=str(uuid4()),
            encounter_id=encounter,
            person_id=person or f"person-of-{encounter}",
            office_id=NATIONAL,
            samples=fingers or samples(OWN),
            confirmed_different=confirmed_different,
            check_duplicates=True,
        )
        await self._encounters.CreateEncounter(request, timeout=60)
        if status != PENDING:
            change = pb.SetEncounterStatusRequest(
                request_id=str(uuid4()), encounter_id=encounter, status=status
            )
            await self._encounters.SetEncounterStatus(change, timeout=60)

    async def person_of(self, encounter: str) -> str:
        """Return whose an encounter is."""
        request = pb.GetEncounterRequest(encounter_id=encounter)
        return str((await self._encounters.GetEncounter(request, timeout=60)).person_id)

    async def merges(
        self, from_person: str, into_person: str, request_id: str = ""
    ) -> pb.MergePersonsResponse:
        """Make two persons one."""
        request = pb.MergePersonsRequest(
            request_id=request_id or str(uuid4()),
            from_person_id=from_person,
            into_person_id=into_person,
        )
        return await self._encounters.MergePersons(request, timeout=60)  # type: ignore[no-any-return]

    async def undoes(self, merge: str, request_id: str = "") -> pb.UndoMergeResponse:
        """Take back that two persons were made one."""
        request = pb.UndoMergeRequest(request_id=request_id or str(uuid4()), merge_id=merge)
        return await self._encounters.UndoMerge(request, timeout=60)  # type: ignore[no-any-return]

    async def verifies(
        self, encounter: str, fingers: int, request_id: str = ""
    ) -> identification_pb2.Decision:
        """Compare fingers with those of an encounter."""
        request = identification_pb2.VerifyRequest(
            request_id=request_id or str(uuid4()),
            probe=identification_pb2.FingerSource(
                samples=identification_pb2.SampleSet(samples=samples(fingers))
            ),
            reference=identification_pb2.FingerSource(encounter_id=encounter),
            forget_samples=True,
        )
        return await self._verification.Verify(request, timeout=60)  # type: ignore[no-any-return]


@pytest_asyncio.fixture(loop_scope="session", params=["real", "simulated"])
async def matcher(
    request: pytest.FixtureRequest, tmp_path: Path, country: Country
) -> AsyncIterator[Caller]:
    """A caller of the real matcher, then one of the simulated matcher."""
    if request.param == "real":
        yield Caller(country.clients.channel("matcher", issuance_of(NATIONAL)))
        return
    simulated = SimulatedMatcher(tmp_path)  # type: ignore[abstract]
    simulated.unreadable.add(UNREADABLE)
    await simulated.start()
    tls = issue_certificate(tmp_path, office="national", service="issuance")
    async with open_channel(simulated.address, tls) as channel:
        yield Caller(channel)
    await simulated.stop()


@pytest.fixture
def encounter() -> str:
    """The id of an encounter that nobody else has."""
    return f"collected-{uuid4().hex}"


MISSING = biometrics.FingerSample(
    position=biometrics.FINGER_POSITION_LEFT_THUMB,
    missing_reason=biometrics.MISSING_REASON_AMPUTATED,
)


@pytest.mark.parametrize(
    ("left", "same"),
    [(OWN, [biometrics_pb2.SameFinger(first=2, second=7)]), (ANOTHERS, [])],  # type: ignore[arg-type]
)
async def test_one_finger_at_two_positions_is_told_and_not_enrolled(
    matcher: Caller, encounter: str, left: int, same: Any
) -> None:
    fingers = [*samples(left, LEFT), MISSING, *samples(OWN)]

    found = await matcher.assesses(fingers)

    assert [finger.position for finger in found.fingers] == [LEFT, RIGHT]
    assert [finger.HasField("quality") for finger in found.fingers] == [False, False]
    assert [finger.acceptable for finger in found.fingers] == [True, True]
    assert list(found.same_fingers) == same
    if same:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await matcher.enrols(encounter, PENDING, fingers=fingers)
        assert reason(refused.value) == "SAME_FINGER_TWICE"
    await matcher.enrols(encounter, PENDING, fingers=fingers, confirmed_different=bool(same))


async def test_what_is_no_template_is_refused_with_its_field(matcher: Caller) -> None:
    text = biometrics.FingerTemplate(
        data=UNREADABLE, format=biometrics.TEMPLATE_FORMAT_ISO_19794_2_2011
    )
    fingers = [*samples(OWN), biometrics.FingerSample(position=LEFT, template=text)]

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await matcher.assesses(fingers)

    assert reason(refused.value) == "BAD_TEMPLATE"
    assert _field(refused.value) == "samples[1].template"


@pytest.mark.parametrize(
    ("status", "fingers", "outcome", "hit"),
    [
        (ACTIVE, OWN, HIT, True),
        (ACTIVE, ANOTHERS, NO_HIT, False),
        (PENDING, OWN, UNDECIDED, True),
        (PENDING, ANOTHERS, NO_HIT, False),
    ],
)
async def test_the_fingers_are_those_of_the_encounter_or_not(
    matcher: Caller, encounter: str, status: Any, fingers: int, outcome: Any, hit: bool
) -> None:
    await matcher.enrols(encounter, status)

    decision = await matcher.verifies(encounter, fingers)

    unproven = identification_pb2.UNDECIDED_REASON_UNPROVEN_REFERENCE
    assert decision.outcome == outcome
    assert [each.hit for each in decision.candidates] == [hit]
    assert [each.person_id for each in decision.candidates] == [f"person-of-{encounter}"]
    assert list(decision.undecided_reasons) == ([unproven] if outcome == UNDECIDED else [])
    assert decision.people_searched == 1


async def test_a_repeated_request_gets_the_same_decision(matcher: Caller, encounter: str) -> None:
    await matcher.enrols(encounter, ACTIVE)
    id = str(uuid4())

    decisions = [await matcher.verifies(encounter, OWN, id) for _ in range(2)]

    assert decisions[0].decision_id
    assert decisions[0] == decisions[1]


async def test_nothing_is_compared_with_an_encounter_that_is_not_there(
    matcher: Caller, encounter: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await matcher.verifies(encounter, OWN)

    assert reason(refused.value) == "ENCOUNTER_NOT_FOUND"


async def test_all_encounters_of_a_person_become_anothers(matcher: Caller, encounter: str) -> None:
    ani, budi, id = f"ani-{encounter}", f"budi-{encounter}", str(uuid4())
    await matcher.enrols(f"{encounter}-a", ACTIVE, ani)
    await matcher.enrols(f"{encounter}-b", PENDING, ani)
    await matcher.enrols(f"{encounter}-c", ACTIVE, budi)

    merged = await matcher.merges(ani, budi, id)
    repeated = await matcher.merges(ani, budi, id)

    assert merged.merge_id
    assert merged == repeated
    assert sorted(merged.encounter_ids) == [f"{encounter}-a", f"{encounter}-b"]
    assert await matcher.person_of(f"{encounter}-b") == budi


async def test_what_a_merge_moved_is_given_back_once(matcher: Caller, encounter: str) -> None:
    ani, budi, id = f"ani-{encounter}", f"budi-{encounter}", str(uuid4())
    await matcher.enrols(f"{encounter}-a", ACTIVE, ani)
    await matcher.enrols(f"{encounter}-b", ACTIVE, budi)
    merge = (await matcher.merges(ani, budi)).merge_id
    await matcher.enrols(f"{encounter}-c", ACTIVE, budi)

    undone = await matcher.undoes(merge, id)
    repeated = await matcher.undoes(merge, id)
    with pytest.raises(grpc.aio.AioRpcError) as again:
        await matcher.undoes(merge)
    with pytest.raises(grpc.aio.AioRpcError) as unknown:
        await matcher.undoes(f"none-{encounter}")

    assert undone == repeated
    assert (undone.person_id, list(undone.encounter_ids)) == (ani, [f"{encounter}-a"])
    assert [await matcher.person_of(f"{encounter}-{each}") for each in "abc"] == [ani, budi, budi]
    assert reason(again.value) == "MERGE_UNDONE"
    assert reason(unknown.value) == "MERGE_NOT_FOUND"


@pytest.mark.parametrize("missing", ["from_person_id", "into_person_id"])
async def test_whoever_has_no_encounter_is_not_merged(
    matcher: Caller, encounter: str, missing: str
) -> None:
    await matcher.enrols(encounter, ACTIVE)
    persons = [f"person-of-{encounter}", f"nobody-{encounter}"]
    if missing == "from_person_id":
        persons.reverse()

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await matcher.merges(*persons)

    assert (reason(refused.value), _field(refused.value)) == ("PERSON_NOT_FOUND", missing)


def _field(error: grpc.aio.AioRpcError) -> str:
    status: Any = rpc_status.from_call(error)  # type: ignore[arg-type]
    bad = error_details_pb2.BadRequest()
    return next(
        str(bad.field_violations[0].field) for detail in status.details if detail.Unpack(bad)
    )
