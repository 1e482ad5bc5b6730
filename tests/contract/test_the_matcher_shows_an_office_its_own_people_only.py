"""Callers of every role and office, each method of the matcher, people of every office."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import grpc
import pytest
import pytest_asyncio
from google.longrunning import operations_pb2, operations_pb2_grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2  # type: ignore[import-untyped]  # stubs lack py.typed
from harness.country import Country
from harness.identities import NATIONAL, REGISTRY, Identity
from harness.patient_calls import reason
from passport.matcher.v1 import (
    admin_pb2,
    encounters_pb2_grpc,
    galleries_pb2,
    galleries_pb2_grpc,
    identification_pb2,
    identification_pb2_grpc,
)
from passport.matcher.v1 import encounters_pb2 as pb

from .contracts import rpcs
from .people_of_offices import (
    CALLERS,
    MADE,
    OFFICES,
    OPERATIONS,
    PACKAGE,
    PROBES,
    REMOVALS,
    STARTED,
    Made,
    Probe,
    creation,
    encounter_of,
    gallery_of,
    issuance_of,
    pairs,
    person_of,
    samples,
    second_creation,
    second_encounter_of,
    second_person_of,
    sees,
    sees_operation,
)
from .test_services_enforce_the_policy_for_every_identity import POLICY, caller

pytestmark = pytest.mark.asyncio(loop_scope="session")

LISTS = {
    "encounters": f"{PACKAGE}.Encounters/ListEncounters",
    "members": f"{PACKAGE}.Galleries/ListMembers",
    "counts": f"{PACKAGE}.Galleries/CountMembers",
    "galleries": f"{PACKAGE}.Galleries/ListGalleries",
    "decisions": f"{PACKAGE}.Evidence/ListDecisions",
    "operations": f"{OPERATIONS}/ListOperations",
}
IMPORT = f"{PACKAGE}.Encounters/ImportEncounters"
OF_THE_WHOLE_SERVICE = {
    f"{PACKAGE}.MatcherAdmin/{name}"
    for name in (
        "CreateSnapshot",
        "VerifySnapshot",
        "RebuildIndex",
        "MigrateModel",
        "DiscardModels",
        "SetDraining",
    )
}
ABOUT_NOBODY = {
    f"{PACKAGE}.MatcherAdmin/GetStatus",
    f"{PACKAGE}.Calibration/GetCalibration",
    *(
        f"{PACKAGE}.Biometrics/{name}"
        for name in (
            "AssessQuality",
            "AssessFingers",
            "ExtractTemplate",
            "ConvertTemplate",
            "SegmentSlap",
            "CompareTemplates",
        )
    ),
}
"""Methods that are about nobody on record."""


async def test_every_method_of_the_matcher_is_in_a_table() -> None:
    operations = operations_pb2.DESCRIPTOR.services_by_name["Operations"].methods
    methods = {rpc.name for rpc in rpcs() if rpc.service.startswith(PACKAGE)}
    methods |= {f"{OPERATIONS}/{method.name}" for method in operations}

    probes = {probe.method for probe in PROBES}
    assert methods == {
        *probes, *LISTS.values(), *STARTED, *REMOVALS, IMPORT, *OF_THE_WHOLE_SERVICE, *ABOUT_NOBODY
    }  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def people(country: Country) -> AsyncIterator[None]:
    """Two people of each office, enrolled by the national registry, and deleted afterwards."""
    stub: Any = encounters_pb2_grpc.EncountersStub(country.clients.channel("matcher", REGISTRY))
    for office in OFFICES:
        await stub.CreateEncounter(creation(office, encounter_of(office)), timeout=60)
        await stub.CreateEncounter(second_creation(office), timeout=60)
        MADE[office] = await made(country, office)
    yield
    for office in OFFICES:
        for person_id in (person_of(office), second_person_of(office)):
            request = pb.DeletePersonRequest(request_id=str(uuid4()), person_id=person_id)
            await stub.DeletePerson(request, timeout=60)


async def made(country: Country, office: str) -> Made:
    channel: Any = country.clients.channel("matcher", issuance_of(office))
    encounters: Any = encounters_pb2_grpc.EncountersStub(channel)
    verification: Any = identification_pb2_grpc.VerificationStub(channel)
    source = identification_pb2.FingerSource
    decision = await verification.Verify(
        identification_pb2.VerifyRequest(
            request_id=str(uuid4()),
            probe=source(encounter_id=second_encounter_of(office)),
            reference=source(encounter_id=encounter_of(office)),
        ),
        timeout=60,
    )
    merge = REMOVALS[f"{PACKAGE}.Encounters/MergePersons"][0](office)
    merged = await encounters.MergePersons(merge, timeout=60)
    undo = pb.UndoMergeRequest(request_id=str(uuid4()), merge_id=merged.merge_id)
    await encounters.UndoMerge(undo, timeout=60)
    method = f"{PACKAGE}.Identification/StartIdentify"
    operation = await finished(country, issuance_of(office), method, STARTED[method](office))
    return Made(decision.decision_id, merged.merge_id, operation.name)


async def finished(
    country: Country, identity: Identity, method: str, request: Message
) -> operations_pb2.Operation:
    """Start an operation, and wait until it has a result."""
    channel: Any = country.clients.channel("matcher", identity)
    started = await channel.unary_unary(
        f"/{method}", response_deserializer=operations_pb2.Operation.FromString
    )(request.SerializeToString(), timeout=60)
    stub: Any = operations_pb2_grpc.OperationsStub(channel)
    waiting = operations_pb2.WaitOperationRequest(name=started.name)
    operation: operations_pb2.Operation = await stub.WaitOperation(waiting, timeout=60)
    assert operation.done
    return operation


async def answered(country: Country, identity: Identity, method: str, request: Message) -> str:
    """Return the reason of a refusal, empty for an answer."""
    channel: Any = country.clients.channel("matcher", identity)
    try:
        await channel.unary_unary(f"/{method}")(request.SerializeToString(), timeout=60)
    except grpc.aio.AioRpcError as error:
        return reason(error)
    return ""


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.method.partition("/")[2])
async def test_somebody_is_there_only_for_who_sees_the_office(
    country: Country, probe: Probe
) -> None:
    for identity, office in pairs():
        expected = probe.seen if probe.sees(identity, office) else probe.unseen
        if not POLICY.allows(probe.method, caller(identity)):
            expected = "NOT_PERMITTED"

        found = await answered(country, identity, probe.method, probe.request(office))

        assert found == expected, (identity, office)


async def test_lists_show_the_offices_that_the_caller_sees(country: Country) -> None:
    for identity in CALLERS:
        if not POLICY.allows(LISTS["encounters"], caller(identity)):
            continue
        channel = country.clients.channel("matcher", identity)
        encounters: Any = encounters_pb2_grpc.EncountersStub(channel)
        galleries: Any = galleries_pb2_grpc.GalleriesStub(channel)

        named = await galleries.ListGalleries(galleries_pb2.ListGalleriesRequest(), timeout=60)
        listed, members, counts = set(), set(), set()
        for office in OFFICES:
            gallery = gallery_of(office)
            page = await encounters.ListEncounters(
                pb.ListEncountersRequest(gallery=gallery), timeout=60
            )
            listed |= {each.office_id for each in page.encounters}
            of_gallery = await galleries.ListMembers(
                galleries_pb2.ListMembersRequest(gallery=gallery), timeout=60
            )
            members |= {each.encounter_id for each in of_gallery.members}
            count = await galleries.CountMembers(
                galleries_pb2.CountMembersRequest(gallery=gallery), timeout=60
            )
            counts |= {office} if count.encounters else set()

        seen = {office for office in OFFICES if sees(identity, office)}
        assert listed == seen, identity
        assert members == {encounter_of(office) for office in seen}, identity
        assert counts == seen, identity
        assert {each.name for each in named.galleries} >= {*map(gallery_of, seen)}, identity
        unseen = {gallery_of(office) for office in OFFICES} - {*map(gallery_of, seen)}
        assert not unseen & {each.name for each in named.galleries}, identity


async def test_decisions_are_listed_for_who_sees_the_office(country: Country) -> None:
    for identity in CALLERS:
        if not POLICY.allows(LISTS["decisions"], caller(identity)):
            continue
        stub: Any = identification_pb2_grpc.EvidenceStub(
            country.clients.channel("matcher", identity)
        )

        listed, request = set(), identification_pb2.ListDecisionsRequest(page_size=1000)
        while True:
            page = await stub.ListDecisions(request, timeout=60)
            listed |= {each.decision_id for each in page.decisions}
            if not page.next_page_token:
                break
            request.page_token = page.next_page_token

        seen = {office for office in OFFICES if MADE[office].decision_id in listed}
        assert seen == {office for office in OFFICES if sees(identity, office)}, identity


async def test_operations_are_listed_for_who_sees_them(
    country: Country,
) -> None:
    for identity in CALLERS:
        if not POLICY.allows(LISTS["operations"], caller(identity)):
            continue
        stub: Any = operations_pb2_grpc.OperationsStub(country.clients.channel("matcher", identity))
        request = operations_pb2.ListOperationsRequest(page_size=1000)

        page = await stub.ListOperations(request, timeout=60)

        listed = {each.name for each in page.operations}
        seen = {office for office in OFFICES if MADE[office].operation in listed}
        assert seen == {office for office in OFFICES if sees_operation(identity, office)}, identity


async def test_an_operation_does_no_more_than_who_started_it_may(country: Country) -> None:
    for identity, office in pairs():
        method = f"{PACKAGE}.Identification/StartIdentify"
        if not POLICY.allows(method, caller(identity)):
            assert await answered(country, identity, method, STARTED[method](office)) == (
                "NOT_PERMITTED"
            )
            continue

        operation = await finished(country, identity, method, STARTED[method](office))

        expected = "" if sees(identity, office) else "ENCOUNTER_NOT_FOUND"
        assert failure(operation) == expected, (identity, office)


async def test_an_enrolment_for_another_office_is_not_started(country: Country) -> None:
    for identity, office in pairs():
        method = f"{PACKAGE}.Encounters/StartCreateEncounter"
        request = STARTED[method](office)
        if sees(identity, office) and POLICY.allows(method, caller(identity)):
            operation = await finished(country, identity, method, request)
            assert failure(operation) == "ENCOUNTER_EXISTS", (identity, office)
        else:
            found = await answered(country, identity, method, request)
            assert found == "NOT_PERMITTED", (identity, office)


def failure(operation: operations_pb2.Operation) -> str:
    """Return the reason why an operation failed, empty if it did not."""
    info = error_details_pb2.ErrorInfo()
    for detail in operation.error.details:
        if detail.Unpack(info):
            return str(info.reason)
    return ""


async def test_an_import_is_refused_for_another_office(country: Country) -> None:
    for identity, office in pairs():
        if not POLICY.allows(IMPORT, caller(identity)):
            continue
        stub: Any = encounters_pb2_grpc.EncountersStub(country.clients.channel("matcher", identity))
        request = pb.ImportEncountersRequest(
            offset=1,
            encounter_id=encounter_of(office),
            person_id=person_of(office),
            office_id=office,
            samples=samples(0),
        )

        (answer,) = [each async for each in stub.ImportEncounters(iter([request]), timeout=60)]

        expected = "ENCOUNTER_EXISTS" if sees(identity, office) else "NOT_PERMITTED"
        assert answer.reason == expected, (identity, office)


@pytest.mark.parametrize("method", REMOVALS, ids=lambda method: method.partition("/")[2])
async def test_nothing_of_another_office_is_deleted_or_merged(
    country: Country, method: str
) -> None:
    request, missing, is_seen = REMOVALS[method]
    for identity, office in pairs():
        allowed = POLICY.allows(method, caller(identity))
        if is_seen(identity, office) and allowed:
            continue

        found = await answered(country, identity, method, request(office))

        assert found == (missing if allowed else "NOT_PERMITTED"), (identity, office)


@pytest.mark.parametrize("method", sorted(OF_THE_WHOLE_SERVICE))
async def test_the_index_of_all_is_no_matter_of_an_office(country: Country, method: str) -> None:
    # The fields of MigrateModel are those of all but SetDraining, or more.
    request = admin_pb2.MigrateModelRequest(request_id=str(uuid4()), bundle="packaged")
    if method.endswith("SetDraining"):
        request.Clear()

    for identity in CALLERS:
        if identity.office != NATIONAL:
            found = await answered(country, identity, method, request)
            assert found == "NOT_PERMITTED", identity
