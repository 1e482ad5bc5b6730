"""Statuses follow a table; FRAUD is left only with a reason and for a supervisor of the office."""

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from passport.matcher.v1 import encounters_pb2

from services.databases import execute

from .caller import Caller, refusal
from .conftest import Callers
from .matcher_process import Matcher
from .people import fingers

PENDING = encounters_pb2.ENCOUNTER_STATUS_PENDING
ACTIVE = encounters_pb2.ENCOUNTER_STATUS_ACTIVE
INACTIVE = encounters_pb2.ENCOUNTER_STATUS_INACTIVE
FRAUD = encounters_pb2.ENCOUNTER_STATUS_FRAUD
SUPERVISOR = "spiffe://id/office/BJM/user/rudi/role/supervisor"
NATIONAL_SUPERVISOR = "spiffe://id/office/national/user/dewi/role/supervisor"
REASON = "the second examiner had mixed up two cases"


async def fraud(issuance: Caller, someone: int) -> str:
    name = f"{someone}"
    await issuance.enrol(name, fingers(someone), office_id="BJM")
    await issuance.set_status(name, FRAUD)
    return name


def status_changes(matcher: Matcher, encounter_id: str) -> list[tuple[object, ...]]:
    return execute(
        matcher.database_url,
        "SELECT from_status, to_status, reason, caller, on_behalf_of "
        "FROM status_changes WHERE encounter_id = :id ORDER BY change",
        id=encounter_id,
    )


@pytest.mark.parametrize("supervisor", [SUPERVISOR, NATIONAL_SUPERVISOR])
async def test_a_supervisor_takes_it_back_and_is_remembered(
    issuance: Caller, shared_matcher: Matcher, someone: int, supervisor: str
) -> None:
    name = await fraud(issuance, someone)

    cleared = await issuance.set_status(name, ACTIVE, reason=REASON, on_behalf_of=supervisor)

    service = "spiffe://id/office/national/service/issuance"
    assert (cleared.status, cleared.revision) == (ACTIVE, 3)
    assert status_changes(shared_matcher, name) == [
        (ACTIVE, FRAUD, "", service, None),
        (FRAUD, ACTIVE, REASON, service, supervisor),
    ]


@pytest.mark.parametrize(
    ("reason", "person", "refused_as"),
    [
        ("", SUPERVISOR, "REASON_NEEDED"),
        ("  ", SUPERVISOR, "INVALID_REQUEST"),
        (REASON, "", "SUPERVISOR_NEEDED"),
        (REASON, "spiffe://id/office/BJM/user/siti/role/officer", "SUPERVISOR_NEEDED"),
        (REASON, "spiffe://id/office/MTP/user/adi/role/supervisor", "SUPERVISOR_NEEDED"),
        (REASON, "spiffe://my/office/BJM/user/ali/role/supervisor", "SUPERVISOR_NEEDED"),
        (REASON, "spiffe://id/office/BJM/service/supervisor", "SUPERVISOR_NEEDED"),
    ],
)
async def test_nobody_else_takes_it_back(
    issuance: Caller, someone: int, reason: str, person: str, refused_as: str
) -> None:
    name = await fraud(issuance, someone)

    refused = await refusal(issuance.set_status(name, INACTIVE, reason=reason, on_behalf_of=person))

    assert refused.reason == refused_as
    assert (await issuance.get(name)).status == FRAUD


async def test_nothing_becomes_pending(issuance: Caller, someone: int) -> None:
    name = await fraud(issuance, someone)
    await issuance.enrol(f"{name}-active", fingers(someone + 1))

    refusals = [
        await refusal(issuance.set_status(each, PENDING, reason=REASON, on_behalf_of=SUPERVISOR))
        for each in (name, f"{name}-active")
    ]

    for refused in refusals:
        assert (refused.code, refused.reason) == (
            "FAILED_PRECONDITION",
            "STATUS_CHANGE_NOT_ALLOWED",
        )
        assert refused.fields == ["status"]
    assert [each.metadata["status"] for each in refusals] == ["FRAUD", "ACTIVE"]


async def test_the_same_status_again_changes_nothing(issuance: Caller, someone: int) -> None:
    name = await fraud(issuance, someone)

    again = await issuance.set_status(name, FRAUD, revision=2)

    assert (again.status, again.revision) == (FRAUD, 2)


async def test_a_supervisor_cannot_call_alone(
    shared_matcher: Matcher, callers: Callers, issuance: Caller, someone: int
) -> None:
    name = await fraud(issuance, someone)
    registry = callers(shared_matcher, tls=shared_matcher.identity("registry"))

    refused = await refusal(
        registry.set_status(name, ACTIVE, reason=REASON, on_behalf_of=SUPERVISOR)
    )

    assert refused.reason == "NOT_PERMITTED"


async def test_known_fraud_is_not_erased_without_a_supervisor(
    issuance: Caller, someone: int
) -> None:
    name = await fraud(issuance, someone)
    person = f"person-of-{name}"
    other_fingers = encounters_pb2.UpdateEncounterRequest(
        request_id=f"update-{name}",
        encounter_id=name,
        update_mask=FieldMask(paths=["samples"]),
        samples=fingers(someone + 1),
    )
    whole_person = encounters_pb2.DeletePersonRequest(request_id=f"all-{name}", person_id=person)

    refused = [
        await refusal(issuance.delete(name)),
        await refusal(issuance.encounters.UpdateEncounter(other_fingers, timeout=60)),
        await refusal(issuance.encounters.DeletePerson(whole_person, timeout=60)),
    ]

    assert [each.reason for each in refused] == ["SUPERVISOR_NEEDED"] * 3
    assert (await issuance.get(name)).status == FRAUD
    await issuance.delete(name, on_behalf_of=SUPERVISOR)
    assert (await refusal(issuance.get(name))).reason == "ENCOUNTER_NOT_FOUND"


async def test_known_fraud_is_neither_hidden_nor_moved_without_a_supervisor(
    issuance: Caller, someone: int
) -> None:
    name = await fraud(issuance, someone)
    person, other = f"person-of-{name}", f"person-of-{name}-other"
    await issuance.enrol(f"{name}-other", fingers(someone + 1))
    service = issuance.encounters
    calls = {
        service.SetGalleries: encounters_pb2.SetGalleriesRequest(
            request_id=f"galleries-{name}", encounter_id=name, galleries=["lost"]
        ),
        service.UpdateEncounter: encounters_pb2.UpdateEncounterRequest(
            request_id=f"update-{name}",
            encounter_id=name,
            update_mask=FieldMask(paths=["galleries"]),
            galleries=["lost"],
        ),
        service.MoveEncounter: encounters_pb2.MoveEncounterRequest(
            request_id=f"move-{name}", encounter_id=name, person_id=other
        ),
        service.MergePersons: encounters_pb2.MergePersonsRequest(
            request_id=f"merge-{name}", from_person_id=person, into_person_id=other
        ),
    }

    refused = [await refusal(call(request, timeout=60)) for call, request in calls.items()]

    assert [each.reason for each in refused] == ["SUPERVISOR_NEEDED"] * 4
    assert (await issuance.get(name)).person_id == person
    supervised = [("on-behalf-of", SUPERVISOR)]
    merge = calls[service.MergePersons]
    merged = await service.MergePersons(merge, timeout=60, metadata=supervised)
    undo = encounters_pb2.UndoMergeRequest(request_id=f"undo-{name}", merge_id=merged.merge_id)
    assert (await refusal(service.UndoMerge(undo, timeout=60))).reason == "SUPERVISOR_NEEDED"
    undone = await service.UndoMerge(undo, timeout=60, metadata=supervised)
    assert list(undone.encounter_ids) == [name]
