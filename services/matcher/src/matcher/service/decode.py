"""From messages of the contract to words of the domain. The rules of fields were checked before."""

import hashlib
from collections.abc import Iterable

from passport.matcher.v1 import encounters_pb2, identification_pb2
from passport.type.v1 import biometrics_pb2
from servicekit.security.identity import current_caller

from matcher.domain.biometrics import Image, Missing, Sample, Template
from matcher.domain.change_token import ChangeToken
from matcher.domain.enrolment import Enrolment, RequestOrigin, SearchPolicy
from matcher.domain.finger_source import (
    EncounterFingers,
    FingerSource,
    PersonFingers,
    SuppliedSamples,
)

_CANDIDATES = 10


def enrolment(request: encounters_pb2.CreateEncounterRequest) -> Enrolment:
    """What is to be stored."""
    return Enrolment(
        encounter_id=request.encounter_id,
        person_id=request.person_id,
        samples=samples(request.samples),
        search=search_policy(request.search) if request.check_duplicates else None,
        origin=origin(request),
        digest=hashlib.sha256(request.SerializeToString(deterministic=True)).digest(),
    )


def samples(messages: Iterable[biometrics_pb2.FingerSample]) -> tuple[Sample, ...]:
    """Fingers as they came."""
    return tuple(_sample(message) for message in messages)


def probe(message: identification_pb2.FingerSource) -> FingerSource:
    """One side of a comparison."""
    match message.WhichOneof("source"):
        case "encounter_id":
            return EncounterFingers(message.encounter_id)
        case "person_id":
            return PersonFingers(message.person_id)
    return SuppliedSamples(samples(message.samples.samples))


def search_policy(message: identification_pb2.SearchPolicy) -> SearchPolicy:
    """How to decide; zero means the service's own."""
    return SearchPolicy(message.target_fpir or None, message.max_candidates or _CANDIDATES)


def origin(
    request: encounters_pb2.CreateEncounterRequest
    | identification_pb2.IdentifyRequest
    | identification_pb2.VerifyRequest,
) -> RequestOrigin:
    """Who asks, by which request."""
    return RequestOrigin(current_caller().uri, request.request_id)


def change(token: str) -> ChangeToken | None:
    """The state a caller has seen; None if none is named. Raises InvalidRequest."""
    return ChangeToken.parse(token) if token else None


def _sample(message: biometrics_pb2.FingerSample) -> Sample:
    # ISO's code of the impression is the contract's less one; unset is live-scan plain, code 0.
    impression = max(message.impression - 1, 0)
    content: Image | Template | Missing
    match message.WhichOneof("sample"):
        case "image":
            content = _image(message.image)
        case "template":
            content = Template(message.template.data)
        case _:
            content = Missing(message.missing_reason)
    return Sample(message.position, impression, content)


def _image(message: biometrics_pb2.FingerImage) -> Image:
    is_raw = message.format == biometrics_pb2.IMAGE_FORMAT_RAW
    return Image(message.data, message.ppi, (message.width, message.height) if is_raw else None)
