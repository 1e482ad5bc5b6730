"""Synthetic people and their fingers, as callers send them."""

from collections.abc import Sequence

from matcher.minutiae import Minutiae
from matcher.record.iso19794 import FingerRecord, write
from matcher.synthetic import LIVE_SCAN, generate_master, generate_template
from passport.matcher.v1 import identification_pb2
from passport.type.v1 import biometrics_pb2 as b

ISO = b.TEMPLATE_FORMAT_ISO_19794_2_2011
BOTH_INDEX = (2, 7)


def minutiae(person: int, position: int, impression: int = 0) -> Minutiae:
    """Minutiae of one impression of a person's finger."""
    return generate_template(
        generate_master(person * 16 + position), impression, capture_difficulty=LIVE_SCAN
    )


def template(person: int, position: int, impression: int = 0) -> bytes:
    """The record of one impression."""
    return write(FingerRecord(position, 0, minutiae(person, position, impression)))


def sample(position: int, record: bytes) -> b.FingerSample:
    """A finger that comes as a template."""
    return b.FingerSample(
        position=b.FingerPosition.ValueType(position),
        template=b.FingerTemplate(data=record, format=ISO),
    )


def as_position(position: int, person: int, finger: int, impression: int = 0) -> b.FingerSample:
    """One finger of a person, said to be another."""
    return sample(position, write(FingerRecord(position, 0, minutiae(person, finger, impression))))


def fingers(
    person: int, impression: int = 0, positions: Sequence[int] = BOTH_INDEX
) -> list[b.FingerSample]:
    """Some fingers of a person."""
    return [sample(position, template(person, position, impression)) for position in positions]


def image(position: int, data: bytes, ppi: int = 500) -> b.FingerSample:
    """A finger that comes as an image."""
    content = b.FingerImage(data=data, format=b.IMAGE_FORMAT_PNG, ppi=ppi)
    return b.FingerSample(position=b.FingerPosition.ValueType(position), image=content)


def given(samples: Sequence[b.FingerSample]) -> identification_pb2.FingerSource:
    """A probe of fingers that come with the call."""
    return identification_pb2.FingerSource(samples=identification_pb2.SampleSet(samples=samples))
