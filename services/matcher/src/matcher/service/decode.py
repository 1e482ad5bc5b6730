"""How do messages of the contract become terms of the domain? Field rules were checked before."""

import hashlib
from collections.abc import Iterable

from passport.matcher.v1 import encounters_pb2, identification_pb2
from passport.type.v1 import biometrics_pb2
from servicekit.security.identity import current_caller

from matcher.domain.change_token import ChangeToken
from matcher.domain.enrolment import Enrolment
from matcher.domain.finger import FingerImage, FingerSample, MissingFinger, Template
from matcher.domain.finger_source import (
    EncounterFingers,
    FingerSource,
    PersonFingers,
    SuppliedSamples,
)
from matcher.domain.request import RequestOrigin, SearchPolicy

_DEFAULT_MAX_CANDIDATES = 10


def enrolment(request: encounters_pb2.CreateEncounterRequest) -> Enrolment:
    """Return the encounter to be stored."""
    return Enrolment(
        encounter_id=request.encounter_id,
        person_id=request.person_id,
        samples=_samples(request.samples),
        duplicate_check=search_policy(request.search) if request.check_duplicates else None,
        origin=origin(request),
        request_digest=hashlib.sha256(request.SerializeToString(deterministic=True)).digest(),
    )


def _samples(messages: Iterable[biometrics_pb2.FingerSample]) -> tuple[FingerSample, ...]:
    """Return the samples, in the order of the request."""
    return tuple(_sample(message) for message in messages)


def finger_source(message: identification_pb2.FingerSource) -> FingerSource:
    """Return where the fingers of a probe or of a reference come from."""
    match message.WhichOneof("source"):
        case "encounter_id":
            return EncounterFingers(message.encounter_id)
        case "person_id":
            return PersonFingers(message.person_id)
    return SuppliedSamples(_samples(message.samples.samples))


def search_policy(message: identification_pb2.SearchPolicy) -> SearchPolicy:
    """Return how to decide; zero in a field means the service's own value."""
    return SearchPolicy(
        message.target_fpir or None, message.max_candidates or _DEFAULT_MAX_CANDIDATES
    )


def origin(
    request: encounters_pb2.CreateEncounterRequest
    | identification_pb2.IdentifyRequest
    | identification_pb2.VerifyRequest,
) -> RequestOrigin:
    """Return who calls, and by which request."""
    return RequestOrigin(current_caller().uri, request.request_id)


def change_token(text: str) -> ChangeToken | None:
    """Return the state a caller has seen; None if it names none. Raises InvalidRequest."""
    return ChangeToken.parse(text) if text else None


def _sample(message: biometrics_pb2.FingerSample) -> FingerSample:
    # The contract's number is ISO's code plus one; unset means plain live-scan, code 0.
    impression_type = max(message.impression - 1, 0)
    content: FingerImage | Template | MissingFinger
    match message.WhichOneof("sample"):
        case "image":
            content = _image(message.image)
        case "template":
            content = Template(message.template.data)
        case _:
            content = MissingFinger(message.missing_reason)
    return FingerSample(message.position, impression_type, content)


def _image(message: biometrics_pb2.FingerImage) -> FingerImage:
    is_raw = message.format == biometrics_pb2.IMAGE_FORMAT_RAW
    return FingerImage(
        message.data, message.ppi, (message.width, message.height) if is_raw else None
    )
