"""How do encounters and what becomes of them turn into messages of the contract?"""

from collections.abc import Sequence

from passport.matcher.v1 import encounters_pb2
from passport.type.v1 import biometrics_pb2
from servicekit.grpc import page_tokens

from matcher.domain.encounter import Encounter, StoredFinger
from matcher.domain.merge import MadeMerge, UndoneMerge
from matcher.record.iso19794 import Edition
from matcher.service.encode_alteration import alteration
from matcher.service.encode_biometrics import finger_template
from matcher.service.encode_decisions import decision
from matcher.use_cases.change_encounter import DeletedEncounter
from matcher.use_cases.change_person import DeletedPerson
from matcher.use_cases.enrol import Enrolled
from matcher.use_cases.import_encounters import Acknowledgement


def enrolled(result: Enrolled) -> encounters_pb2.CreateEncounterResponse:
    """Return the answer to CreateEncounter."""
    message = encounters_pb2.CreateEncounterResponse(encounter=encounter(result.encounter))
    if result.decision is not None:
        message.decision.CopyFrom(decision(result.decision))
    return message


def encounter(stored: Encounter) -> encounters_pb2.Encounter:
    """Return an encounter without its biometric data."""
    message = encounters_pb2.Encounter(
        encounter_id=stored.encounter_id,
        person_id=stored.person_id,
        status=encounters_pb2.EncounterStatus.ValueType(stored.status),
        fingers=[_finger(finger) for finger in stored.fingers],
        revision=stored.revision,
        change_token=str(stored.change_token),
        office_id=stored.office_id,
        galleries=stored.galleries,
    )
    message.created_at.FromDatetime(stored.created_at)
    return message


def encounters_page(
    found: Sequence[Encounter], page_size: int
) -> encounters_pb2.ListEncountersResponse:
    """Return a page. found: its encounters, and one more if there is another page."""
    return encounters_pb2.ListEncountersResponse(
        encounters=map(encounter, found[:page_size]),
        next_page_token=page_tokens.encode_next(
            found, page_size, lambda each: each.added_by_change
        ),
    )


def deleted_encounter(deleted: DeletedEncounter) -> encounters_pb2.DeleteEncounterResponse:
    """Return the answer to DeleteEncounter."""
    return encounters_pb2.DeleteEncounterResponse(change_token=str(deleted.change_token))


def deleted_person(deleted: DeletedPerson) -> encounters_pb2.DeletePersonResponse:
    """Return the answer to DeletePerson."""
    return encounters_pb2.DeletePersonResponse(
        encounter_ids=deleted.encounter_ids, change_token=str(deleted.change_token)
    )


def merged(made: MadeMerge) -> encounters_pb2.MergePersonsResponse:
    """Return the answer to MergePersons."""
    return encounters_pb2.MergePersonsResponse(
        merge_id=made.merge.merge_id,
        encounter_ids=made.merge.encounter_ids,
        change_token=str(made.change_token),
    )


def undone_merge(undone: UndoneMerge) -> encounters_pb2.UndoMergeResponse:
    """Return the answer to UndoMerge."""
    return encounters_pb2.UndoMergeResponse(
        person_id=undone.person_id,
        encounter_ids=undone.encounter_ids,
        encounter_ids_left=undone.left,
        change_token=str(undone.change_token),
    )


def acknowledgement(made: Acknowledgement) -> encounters_pb2.ImportEncountersResponse:
    """Return what became of one request of an import."""
    message = encounters_pb2.ImportEncountersResponse(
        offset=made.offset, result=encounters_pb2.ImportResult.ValueType(made.result)
    )
    if made.refusal is not None:
        message.reason, message.message = made.refusal.reason, made.refusal.message
        message.field = made.refusal.field or ""
    return message


def template(data: bytes, edition: Edition) -> encounters_pb2.GetTemplateResponse:
    """Return the answer to GetTemplate."""
    return encounters_pb2.GetTemplateResponse(template=finger_template(data, edition))


def _finger(finger: StoredFinger) -> encounters_pb2.StoredFinger:
    return encounters_pb2.StoredFinger(
        position=biometrics_pb2.FingerPosition.ValueType(finger.position),
        minutiae=finger.minutiae,
        quality=finger.quality,
        missing_reason=biometrics_pb2.MissingReason.ValueType(finger.missing_reason or 0),
        alteration=None if finger.missing_reason else alteration(finger.alteration),
    )
