"""What does the matcher know of one finger: as a sample, and ready to be searched and compared?

Terms of ISO/IEC 2382-37; finger positions of ISO/IEC 19794-2, 1 (right thumb) to 10 (left little).
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.alteration.alteration_score import AlterationScore
from matcher.comparison.comparator import PreparedFinger
from matcher.minutiae import Minutiae
from matcher.record import iso19794
from matcher.record.invalid_record import InvalidRecord

Embedding = NDArray[np.float16]
"""float16 (256,), unit length before rounding."""


@dataclass(frozen=True, slots=True)
class FingerImage:
    """An image of one finger, as the caller sent it.

    ppi: pixels per inch. raw_size: width and height in pixels, if the data are pixels and nothing
    else; None if they are an image file.
    """

    data: bytes
    ppi: int
    raw_size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """An ISO/IEC 19794-2 record of any edition, as the caller sent it."""

    data: bytes


@dataclass(frozen=True, slots=True)
class MissingFinger:
    """The reason why a finger was not captured; the number is the contract's MissingReason."""

    reason: int


@dataclass(frozen=True, slots=True)
class SlapSample:
    """An image of several fingers pressed flat at once, as the caller sent it.

    code: ISO/IEC 19794-4, table 6: 13 right four, 14 left four, 15 both thumbs.
    missing: positions of its fingers that it does not show, in the order of the request.
    field: where in the request it stands.
    """

    code: int
    image: FingerImage
    missing: tuple[int, ...]
    field: str


@dataclass(frozen=True, slots=True)
class FingerOfSlap:
    """A finger that is yet to be cut out of a slap."""

    slap: SlapSample


FingerContent = FingerImage | Template | FingerOfSlap | MissingFinger


@dataclass(frozen=True, slots=True)
class FingerSample:
    """What was captured of one finger. impression_type: ISO/IEC 19794-2 code, 0 to 3."""

    position: int
    impression_type: int
    content: FingerContent


@dataclass(frozen=True, slots=True, eq=False)
class Finger:
    """A finger that can be searched and compared.

    minutiae: as read back from the template. template: ISO/IEC 19794-2:2011 record, 500 dpi.
    quality: NFIQ 2 of the image, 0 to 100; None if the finger came as a template.
    image: None if the finger came as a template or images are not stored.
    alteration: None if it came as a template, its image shows too little, or was not examined.
    prepared: its minutiae as the models that extracted it compare them; None if nobody did that.
    """

    position: int
    minutiae: Minutiae
    template: bytes
    embedding: Embedding
    quality: int | None = None
    image: FingerImage | None = None
    alteration: AlterationScore | None = None
    prepared: PreparedFinger | None = None


def read_template(template: bytes) -> Minutiae:
    """Return the minutiae of a template, a record of one finger view. Raises InvalidRecord."""
    return iso19794.read(template)[0].minutiae


def read_stored_template(template: bytes, sha256: bytes) -> Minutiae | None:
    """Return the minutiae of a stored template; None if it is damaged.

    sha256: of the template as it was stored.
    """
    if hashlib.sha256(template).digest() != sha256:
        return None
    try:
        return read_template(template)
    except InvalidRecord:
        return None
