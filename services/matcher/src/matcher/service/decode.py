"""How do messages of the contract become terms of the domain? Field rules were checked before."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Literal

from passport.matcher.v1 import biometrics_pb2 as biometrics
from passport.matcher.v1 import encounters_pb2, galleries_pb2, identification_pb2
from passport.type.v1 import biometrics_pb2
from servicekit.errors import DomainError, InvalidRequest, NotPermitted
from servicekit.grpc import page_tokens
from servicekit.security.identity import (
    NATIONAL,
    Caller,
    current_caller,
    current_on_behalf_of,
)
from servicekit.storage.idempotency import content_digest

from matcher.domain.change_token import ChangeToken
from matcher.domain.decision import DecisionOutcome, DecisionPage
from matcher.domain.encounter import EncounterFilter, EncounterStatus
from matcher.domain.enrolment import Enrolment
from matcher.domain.finger import (
    FingerImage,
    FingerOfSlap,
    FingerSample,
    MissingFinger,
    SlapSample,
    Template,
)
from matcher.domain.finger_source import (
    EncounterFingers,
    FingerSource,
    PersonFingers,
    SuppliedSamples,
)
from matcher.domain.office_scope import OfficeScope
from matcher.domain.request import RequestOrigin, SearchPolicy
from matcher.image.slap_segmentation import FINGERS
from matcher.record.iso19794 import Edition
from matcher.use_cases.import_encounters import ImportRequest

_DEFAULT_MAX_CANDIDATES = 10
_DEFAULT_PRIORITY = 5

TimeField = Literal["decided_from", "decided_before"]

ChangeRequest = (
    encounters_pb2.CreateEncounterRequest
    | encounters_pb2.UpdateEncounterRequest
    | encounters_pb2.SetEncounterStatusRequest
    | encounters_pb2.DeleteEncounterRequest
    | encounters_pb2.DeletePersonRequest
    | encounters_pb2.SetGalleriesRequest
    | encounters_pb2.MoveEncounterRequest
    | encounters_pb2.MergePersonsRequest
    | encounters_pb2.UndoMergeRequest
    | identification_pb2.IdentifyRequest
    | identification_pb2.VerifyRequest
)
"""A request with a request id."""


async def enrolment(request: encounters_pb2.CreateEncounterRequest) -> Enrolment:
    """Return the encounter to be stored. Raises NotPermitted."""
    return Enrolment(
        encounter_id=request.encounter_id,
        person_id=request.person_id,
        office_id=_capturing_office(request.office_id, current_caller()),
        samples=_fingers(request.samples, request.slaps),
        duplicate_check=search_policy(request.search) if request.check_duplicates else None,
        origin=origin(request),
        request_digest=await content_digest(request),
        galleries=tuple(sorted(request.galleries)),
        confirmed_different=request.confirmed_different,
    )


async def import_requests(
    requests: AsyncIterator[encounters_pb2.ImportEncountersRequest],
) -> AsyncIterator[ImportRequest]:
    """Return the requests of an import."""
    async for request in requests:
        imported: Enrolment | DomainError
        try:
            imported = await _imported(request)
        except DomainError as error:
            imported = error
        yield ImportRequest(request.offset, imported)


async def _imported(request: encounters_pb2.ImportEncountersRequest) -> Enrolment:
    """Return the encounter to be imported; its digest does not depend on the offset."""
    office = _capturing_office(request.office_id, current_caller())
    content = encounters_pb2.ImportEncountersRequest()
    content.CopyFrom(request)
    content.offset, content.office_id = 0, office
    digest = await content_digest(content)
    return Enrolment(
        encounter_id=request.encounter_id,
        person_id=request.person_id,
        office_id=office,
        samples=finger_samples(request.samples),
        duplicate_check=None,
        origin=RequestOrigin(
            current_caller().uri, digest.hex(), office_scope(), current_on_behalf_of()
        ),
        request_digest=digest,
        galleries=tuple(sorted(request.galleries)),
    )


_CONTENTS = frozenset({"samples", "galleries"})


def replaced_contents(
    request: encounters_pb2.UpdateEncounterRequest,
) -> tuple[tuple[FingerSample, ...] | None, tuple[str, ...] | None]:
    """Return the samples and the galleries that replace the stored ones; None for what stays.

    Raises InvalidRequest for a field mask that names nothing, or anything else.
    """
    paths = set(request.update_mask.paths)
    if not paths or not paths <= _CONTENTS:
        raise InvalidRequest(
            f"it must name some of {', '.join(sorted(_CONTENTS))}", field="update_mask"
        )
    return (
        _fingers(request.samples, request.slaps) if "samples" in paths else None,
        tuple(sorted(request.galleries)) if "galleries" in paths else None,
    )


def encounter_filter(request: encounters_pb2.ListEncountersRequest) -> EncounterFilter:
    """Return which encounters a list shall have."""
    return EncounterFilter(
        request.person_id or None,
        EncounterStatus(request.status) if request.status else None,
        request.gallery or None,
        request.office_id or None,
    )


def page_size(
    request: encounters_pb2.ListEncountersRequest
    | galleries_pb2.ListGalleriesRequest
    | galleries_pb2.ListMembersRequest
    | identification_pb2.ListDecisionsRequest,
) -> int:
    """Return how many items a page shall have."""
    return request.page_size or page_tokens.DEFAULT_PAGE_SIZE


def edition(template_format: int) -> Edition:
    """Return the edition of a template to be returned: of 2011 unless the caller asks for 2005."""
    if template_format == biometrics_pb2.TEMPLATE_FORMAT_ISO_19794_2_2005:
        return Edition.Y2005
    return Edition.Y2011


def image(message: biometrics_pb2.FingerImage) -> FingerImage:
    """Return an image, as it was sent."""
    is_raw = message.format == biometrics_pb2.IMAGE_FORMAT_RAW
    return FingerImage(
        message.data, message.ppi, (message.width, message.height) if is_raw else None
    )


def slap(message: biometrics_pb2.SlapSample, field: str) -> SlapSample:
    """Return a slap, as it was sent. field: where in the request it stands."""
    missing = tuple(finger.position for finger in message.missing)
    return SlapSample(message.position, image(message.image), missing, field)


def _fingers(
    samples: Iterable[biometrics_pb2.FingerSample],
    slaps: Sequence[biometrics_pb2.SlapSample],
    parent: str = "",
) -> tuple[FingerSample, ...]:
    """Return the samples, in the order of the request, and the fingers of the slaps.

    parent: what stands before the names of both fields in the request.
    """
    return (*finger_samples(samples), *_fingers_of_slaps(slaps, f"{parent}slaps"))


def _fingers_of_slaps(
    messages: Sequence[biometrics_pb2.SlapSample], field: str
) -> Iterator[FingerSample]:
    """Yield the fingers that slaps show, and those that they do not."""
    for i, message in enumerate(messages):
        on_slap = FingerOfSlap(slap(message, f"{field}[{i}]"))
        for position in FINGERS[message.position]:
            if position not in on_slap.slap.missing:
                yield FingerSample(position, 0, on_slap)
        for finger in message.missing:
            yield FingerSample(finger.position, 0, MissingFinger(finger.reason))


def compared_finger(message: biometrics.ComparedFinger) -> FingerImage | Template:
    """Return a finger to be compared."""
    if message.WhichOneof("sample") == "image":
        return image(message.image)
    return Template(message.template.data)


def finger_samples(messages: Iterable[biometrics_pb2.FingerSample]) -> tuple[FingerSample, ...]:
    """Return the samples, in the order of the request."""
    return tuple(_sample(message) for message in messages)


def finger_source(message: identification_pb2.FingerSource, field: str) -> FingerSource:
    """Return where the fingers of a probe or of a reference come from. field: of it."""
    match message.WhichOneof("source"):
        case "encounter_id":
            return EncounterFingers(message.encounter_id)
        case "person_id":
            return PersonFingers(message.person_id)
    given = message.samples
    samples = _fingers(given.samples, given.slaps, f"{field}.samples.")
    return SuppliedSamples(samples, given.confirmed_different)


def search_policy(message: identification_pb2.SearchPolicy) -> SearchPolicy:
    """Return how to decide; zero in a field means the service's own value."""
    return SearchPolicy(
        message.target_fpir or None,
        message.max_candidates or _DEFAULT_MAX_CANDIDATES,
        galleries=tuple(sorted(set(message.galleries))),
        priority=message.priority or _DEFAULT_PRIORITY,
        any_position=message.any_position,
        threshold=message.threshold if message.HasField("threshold") else None,
    )


def decision_page(request: identification_pb2.ListDecisionsRequest) -> DecisionPage:
    """Return which decisions are asked for. Raises BadPageToken, InvalidRequest."""
    return DecisionPage(
        after=page_tokens.decode_number(request.page_token),
        size=page_size(request),
        decided_from=_time(request, "decided_from"),
        decided_before=_time(request, "decided_before"),
        outcome=DecisionOutcome(request.outcome) if request.outcome else None,
    )


def _time(request: identification_pb2.ListDecisionsRequest, field: TimeField) -> datetime | None:
    if not request.HasField(field):
        return None
    given = request.decided_from if field == "decided_from" else request.decided_before
    try:
        return given.ToDatetime(UTC)
    except (ValueError, OverflowError):
        raise InvalidRequest("not a time", field=field) from None


def _capturing_office(stated: str, caller: Caller) -> str:
    """Return the office that captured an encounter: as stated, else the caller's own.

    Raises NotPermitted if a caller of an office states another one.
    """
    if stated and not caller.covers_office(stated):
        raise NotPermitted(f"this is a caller of the office {caller.office}", field="office_id")
    return stated or caller.office


def origin(request: ChangeRequest) -> RequestOrigin:
    """Return who calls, and by which request."""
    return RequestOrigin(
        current_caller().uri, request.request_id, office_scope(), current_on_behalf_of()
    )


def office_scope() -> OfficeScope:
    """Return the offices that the caller has access to."""
    office = current_caller().office
    return OfficeScope(None if office == NATIONAL else office)


def change_token(text: str) -> ChangeToken | None:
    """Return the state a caller has seen; None if it names none. Raises InvalidRequest."""
    return ChangeToken.parse(text) if text else None


def _sample(message: biometrics_pb2.FingerSample) -> FingerSample:
    # The contract's number is ISO's code plus one; unset means plain live-scan, code 0.
    impression_type = max(message.impression - 1, 0)
    content: FingerImage | Template | MissingFinger
    match message.WhichOneof("sample"):
        case "image":
            content = image(message.image)
        case "template":
            content = Template(message.template.data)
        case _:
            content = MissingFinger(message.missing_reason)
    return FingerSample(message.position, impression_type, content)
