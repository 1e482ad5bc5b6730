"""Calls about somebody of an office: what they are, and how they are answered to whom."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from google.longrunning import operations_pb2
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from harness.identities import NATIONAL, Identity
from matcher.record.iso19794 import FingerRecord, write
from matcher.synthetic import LIVE_SCAN, generate_master, generate_template
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import identification_pb2
from passport.type.v1 import biometrics_pb2

OFFICES = ("BJM", "MTP", NATIONAL)
ROLES = ("service:issuance", "service:registry", "administrator", "examiner")
CALLERS = [
    Identity(office, role.removeprefix("service:"), "" if role.startswith("service") else role)
    for role in ROLES
    for office in OFFICES
]
OPERATIONS = "google.longrunning.Operations"
PACKAGE = "passport.matcher.v1"
STALE = 999
ANY_POSITION = 0


def issuance_of(office: str) -> Identity:
    return Identity(office, "issuance")


def pairs() -> Iterator[tuple[Identity, str]]:
    return ((identity, office) for identity in CALLERS for office in OFFICES)


def sees(identity: Identity, office: str) -> bool:
    return identity.office in (office, NATIONAL)


def sees_operation(identity: Identity, office: str) -> bool:
    """Return whether somebody sees the operations that the issuance service of an office starts."""
    if identity.role == "administrator":
        return identity.office in (office, NATIONAL)
    return identity == issuance_of(office)


@dataclass(frozen=True, slots=True)
class Made:
    """What the issuance service of an office has made.

    decision_id: a verification of the office's two people. merge_id: of them, undone. operation:
    name of a finished one.
    """

    decision_id: str
    merge_id: str
    operation: str


MADE: dict[str, Made] = {}
"""By office; filled when the people are enrolled."""


def encounter_of(office: str) -> str:
    return f"encounter-of-{office}"


def person_of(office: str) -> str:
    return f"person-of-{office}"


def second_encounter_of(office: str) -> str:
    return f"second-encounter-of-{office}"


def second_person_of(office: str) -> str:
    return f"second-person-of-{office}"


def gallery_of(office: str) -> str:
    return f"gallery-of-{office}"


def samples(
    seed: int,
    position: biometrics_pb2.FingerPosition.ValueType = biometrics_pb2.FINGER_POSITION_RIGHT_INDEX,
) -> Sequence[biometrics_pb2.FingerSample]:
    """Return one finger; the record in it is the same at each position, and names none."""
    minutiae = generate_template(
        generate_master(88_000_000 + seed), 0, capture_difficulty=LIVE_SCAN
    )
    template = biometrics_pb2.FingerTemplate(
        data=write(FingerRecord(ANY_POSITION, 0, minutiae)),
        format=biometrics_pb2.TEMPLATE_FORMAT_ISO_19794_2_2011,
    )
    return [biometrics_pb2.FingerSample(position=position, template=template)]


def creation(office: str, encounter_id: str) -> pb.CreateEncounterRequest:
    return pb.CreateEncounterRequest(
        request_id=str(uuid4()),
        encounter_id=encounter_id,
        person_id=person_of(office),
        office_id=office,
        galleries=[gallery_of(office)],
        samples=samples(OFFICES.index(office)),
    )


def second_creation(office: str) -> pb.CreateEncounterRequest:
    return pb.CreateEncounterRequest(
        request_id=str(uuid4()),
        encounter_id=second_encounter_of(office),
        person_id=second_person_of(office),
        office_id=office,
        samples=samples(OFFICES.index(office)),
    )


@dataclass(frozen=True, slots=True)
class Probe:
    """A call about somebody of an office. seen, unseen: reasons for who sees the office or not.

    method: ``package.Service/Method``. sees: whether somebody sees it of an office. The call
    changes nothing: where it could, a revision that is not there stops it.
    """

    method: str
    request: Callable[[str], Message]
    seen: str
    unseen: str
    sees: Callable[[Identity, str], bool] = sees


def change(kind: Any, **fields: Any) -> Callable[[str], Message]:
    return lambda office: kind(
        request_id=str(uuid4()), encounter_id=encounter_of(office), revision=STALE, **fields
    )


def source(**fields: Any) -> identification_pb2.FingerSource:
    return identification_pb2.FingerSource(**fields)


def verification(**reference: str) -> identification_pb2.VerifyRequest:
    probe = identification_pb2.SampleSet(samples=samples(0))
    return identification_pb2.VerifyRequest(
        request_id=str(uuid4()),
        probe=identification_pb2.FingerSource(samples=probe),
        reference=source(**reference),
    )


def identification(**probe: str) -> identification_pb2.IdentifyRequest:
    return identification_pb2.IdentifyRequest(request_id=str(uuid4()), probe=source(**probe))


NO_ENCOUNTER, NO_PERSON = "ENCOUNTER_NOT_FOUND", "PERSON_NOT_FOUND"
NO_DECISION, NO_OPERATION = "DECISION_NOT_FOUND", "OPERATION_NOT_FOUND"
PROBES = [
    Probe(
        f"{PACKAGE}.Encounters/GetEncounter",
        lambda office: pb.GetEncounterRequest(encounter_id=encounter_of(office)),
        "",
        NO_ENCOUNTER,
    ),
    Probe(
        f"{PACKAGE}.Encounters/GetTemplate",
        lambda office: pb.GetTemplateRequest(
            encounter_id=encounter_of(office), position=biometrics_pb2.FINGER_POSITION_RIGHT_INDEX
        ),
        "",
        NO_ENCOUNTER,
    ),
    Probe(
        f"{PACKAGE}.Encounters/SetEncounterStatus",
        change(pb.SetEncounterStatusRequest, status=pb.ENCOUNTER_STATUS_FRAUD),
        "STALE_REVISION",
        NO_ENCOUNTER,
    ),
    Probe(
        f"{PACKAGE}.Encounters/UpdateEncounter",
        change(pb.UpdateEncounterRequest, update_mask=FieldMask(paths=["galleries"])),
        "STALE_REVISION",
        NO_ENCOUNTER,
    ),
    Probe(
        f"{PACKAGE}.Encounters/SetGalleries",
        change(pb.SetGalleriesRequest),
        "STALE_REVISION",
        NO_ENCOUNTER,
    ),
    Probe(
        f"{PACKAGE}.Encounters/MoveEncounter",
        change(pb.MoveEncounterRequest, person_id="somebody-else"),
        "STALE_REVISION",
        NO_ENCOUNTER,
    ),
    Probe(
        f"{PACKAGE}.Encounters/CreateEncounter",
        lambda office: creation(office, encounter_of(office)),
        "ENCOUNTER_EXISTS",
        "NOT_PERMITTED",
    ),
    Probe(
        f"{PACKAGE}.Identification/Identify",
        lambda office: identification(encounter_id=encounter_of(office)),
        "",
        NO_ENCOUNTER,
    ),
    Probe(
        f"{PACKAGE}.Identification/Identify",
        lambda office: identification(person_id=person_of(office)),
        "",
        NO_PERSON,
    ),
    Probe(
        f"{PACKAGE}.Verification/Verify",
        lambda office: verification(encounter_id=encounter_of(office)),
        "",
        NO_ENCOUNTER,
    ),
    Probe(
        f"{PACKAGE}.Verification/Verify",
        lambda office: verification(person_id=person_of(office)),
        "",
        NO_PERSON,
    ),
    Probe(
        f"{PACKAGE}.Encounters/UndoMerge",
        lambda office: pb.UndoMergeRequest(request_id=str(uuid4()), merge_id=MADE[office].merge_id),
        "MERGE_UNDONE",
        "MERGE_NOT_FOUND",
    ),
    Probe(
        f"{PACKAGE}.Evidence/GetDecision",
        lambda office: identification_pb2.GetDecisionRequest(decision_id=MADE[office].decision_id),
        "",
        NO_DECISION,
    ),
    Probe(
        f"{PACKAGE}.Evidence/DrawDecision",
        lambda office: identification_pb2.DrawDecisionRequest(
            decision_id=MADE[office].decision_id, person_id=person_of(office)
        ),
        "",
        NO_DECISION,
    ),
    Probe(
        f"{PACKAGE}.Evidence/DrawAlteration",
        lambda office: identification_pb2.DrawAlterationRequest(
            decision_id=MADE[office].decision_id
        ),
        "EVIDENCE_GONE",
        NO_DECISION,
    ),
    Probe(
        f"{OPERATIONS}/GetOperation",
        lambda office: operations_pb2.GetOperationRequest(name=MADE[office].operation),
        "",
        NO_OPERATION,
        sees_operation,
    ),
    Probe(
        f"{OPERATIONS}/WaitOperation",
        lambda office: operations_pb2.WaitOperationRequest(name=MADE[office].operation),
        "",
        NO_OPERATION,
        sees_operation,
    ),
    Probe(
        f"{OPERATIONS}/CancelOperation",  # without effect on a finished one
        lambda office: operations_pb2.CancelOperationRequest(name=MADE[office].operation),
        "",
        NO_OPERATION,
        sees_operation,
    ),
]
"""Of every method that is asked about one of an office, and need change nothing if it is seen."""
STARTED: dict[str, Callable[[str], Message]] = {
    f"{PACKAGE}.Encounters/StartCreateEncounter": lambda office: creation(
        office, encounter_of(office)
    ),
    f"{PACKAGE}.Identification/StartIdentify": lambda office: identification(
        encounter_id=encounter_of(office)
    ),
}
"""Methods that start an operation about somebody of an office."""
REMOVALS: dict[str, tuple[Callable[[str], Message], str, Callable[[Identity, str], bool]]] = {
    f"{PACKAGE}.Encounters/DeleteEncounter": (
        lambda office: pb.DeleteEncounterRequest(
            request_id=str(uuid4()), encounter_id=encounter_of(office)
        ),
        NO_ENCOUNTER,
        sees,
    ),
    f"{PACKAGE}.Encounters/DeletePerson": (
        lambda office: pb.DeletePersonRequest(request_id=str(uuid4()), person_id=person_of(office)),
        NO_PERSON,
        sees,
    ),
    f"{PACKAGE}.Encounters/MergePersons": (
        lambda office: pb.MergePersonsRequest(
            request_id=str(uuid4()),
            from_person_id=second_person_of(office),
            into_person_id=person_of(office),
        ),
        NO_PERSON,
        sees,
    ),
    f"{OPERATIONS}/DeleteOperation": (
        lambda office: operations_pb2.DeleteOperationRequest(name=MADE[office].operation),
        NO_OPERATION,
        sees_operation,
    ),
}
"""Methods that change what they are asked about: request, reason for who does not see, and who."""
