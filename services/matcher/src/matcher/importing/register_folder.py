"""How does a folder of PERSON/ENCOUNTER/POSITION files become encounters to be imported?"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from passport.matcher.v1 import encounters_pb2 as pb
from passport.type.v1 import biometrics_pb2
from servicekit.errors import DomainError, InvalidRequest, RequestTooLarge
from servicekit.grpc.message_checks import validate

from matcher.record import iso19794_2005

_IMAGES = {
    ".png": biometrics_pb2.IMAGE_FORMAT_PNG,
    ".bmp": biometrics_pb2.IMAGE_FORMAT_BMP,
    ".tif": biometrics_pb2.IMAGE_FORMAT_TIFF,
    ".tiff": biometrics_pb2.IMAGE_FORMAT_TIFF,
    ".jpg": biometrics_pb2.IMAGE_FORMAT_JPEG,
    ".jpeg": biometrics_pb2.IMAGE_FORMAT_JPEG,
    ".jp2": biometrics_pb2.IMAGE_FORMAT_JPEG_2000,
    ".wsq": biometrics_pb2.IMAGE_FORMAT_WSQ,
}
_RECORD = ".iso"
_MISSING = {
    ".amputated": biometrics_pb2.MISSING_REASON_AMPUTATED,
    ".bandaged": biometrics_pb2.MISSING_REASON_BANDAGED,
    ".damaged": biometrics_pb2.MISSING_REASON_DAMAGED,
    ".unknown": biometrics_pb2.MISSING_REASON_UNKNOWN,
}
EXTENSIONS = (*_IMAGES, _RECORD, *_MISSING)
"""Of the files that are read: images, minutiae records, and (of any content) missing fingers."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What is stated of all encounters: resolution of images, galleries, office ("": of caller).

    max_message_bytes: that a request may have.
    """

    ppi: int
    max_message_bytes: int
    galleries: tuple[str, ...] = ()
    office_id: str = ""


def find_encounters(folder: Path) -> list[Path]:
    """Return the folders of encounters, PERSON/ENCOUNTER, sorted. Raises OSError, ValueError."""
    found = [encounter for person in _folders(folder) for encounter in _folders(person)]
    if not found:
        raise ValueError(f"{folder}: there is no folder PERSON/ENCOUNTER in it")
    return found


def read_encounter(
    encounter: Path, offset: int, options: ImportOptions
) -> pb.ImportEncountersRequest:
    """Return the request that imports an encounter.

    Raises InvalidRequest if a file has another name, cannot be read, or breaks the contract,
    RequestTooLarge.
    """
    try:
        request = pb.ImportEncountersRequest(
            offset=offset,
            encounter_id=encounter.name,
            person_id=encounter.parent.name,
            samples=[_sample(file, options.ppi) for file in sorted(encounter.iterdir())],
            galleries=options.galleries,
            office_id=options.office_id,
        )
        validate(request)
    except DomainError:
        raise
    except (OSError, ValueError) as error:
        raise InvalidRequest(str(error)) from None
    if request.ByteSize() > options.max_message_bytes:
        raise RequestTooLarge(f"its files have {request.ByteSize()} bytes")
    return request


def _folders(folder: Path) -> Iterator[Path]:
    return (each for each in sorted(folder.iterdir()) if each.is_dir())


def _sample(file: Path, ppi: int) -> biometrics_pb2.FingerSample:
    extension = file.suffix.lower()
    if not file.stem.isdecimal() or extension not in EXTENSIONS:
        raise InvalidRequest(f"{file.name}: not POSITION.{{{','.join(e[1:] for e in EXTENSIONS)}}}")
    sample = biometrics_pb2.FingerSample(
        position=biometrics_pb2.FingerPosition.ValueType(int(file.stem))
    )
    if extension in _MISSING:
        sample.missing_reason = _MISSING[extension]
    elif extension == _RECORD:
        sample.template.data = file.read_bytes()
        sample.template.format = _record_format(sample.template.data)
    else:
        sample.image.data = file.read_bytes()
        sample.image.format, sample.image.ppi = _IMAGES[extension], ppi
    return sample


def _record_format(data: bytes) -> biometrics_pb2.TemplateFormat.ValueType:
    if data.startswith(iso19794_2005.MAGIC):
        return biometrics_pb2.TEMPLATE_FORMAT_ISO_19794_2_2005
    return biometrics_pb2.TEMPLATE_FORMAT_ISO_19794_2_2011
