"""Fingers that give samples of the contract: templates, synthetic images, image files."""

import asyncio
import io
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol

from matcher.record.iso19794 import FingerRecord, write
from matcher.synthetic import (
    LIVE_SCAN,
    generate_master,
    generate_ridge_pattern,
    generate_template,
    render_impression,
)
from passport.type.v1 import biometrics_pb2 as biometrics
from PIL import Image

from harness.world.seeds import derive

POSITIONS = (biometrics.FINGER_POSITION_RIGHT_INDEX, biometrics.FINGER_POSITION_LEFT_INDEX)
SYNTHETIC_PPI = 500


class Fingers(Protocol):
    """The fingers of one person."""

    has_images: ClassVar[bool]
    """Whether the samples are images, not templates."""

    async def samples(self, impression: int) -> list[biometrics.FingerSample]:
        """Return the samples captured on the given occasion, counted from 1."""
        ...


@dataclass(frozen=True, slots=True)
class TemplateFingers:
    """Synthetic fingers given as minutiae templates. seeds: one for each finger."""

    seeds: tuple[int, ...]
    has_images: ClassVar[bool] = False

    async def samples(self, impression: int) -> list[biometrics.FingerSample]:
        """Return templates; each takes about a millisecond to make."""
        return [
            _sample(position, template=_template(seed, position, impression))
            for position, seed in zip(POSITIONS, self.seeds, strict=True)
        ]


@dataclass(slots=True)
class SyntheticImageFingers:
    """Synthetic fingers given as images, which worker processes render."""

    seeds: tuple[int, ...]
    renderer: Executor
    occasions: int
    has_images: ClassVar[bool] = True
    _images: list[Future[list[bytes]]] = field(default_factory=list)

    def begin(self) -> None:
        """Begin to render the images of all occasions in the background."""
        self._images = [self.renderer.submit(render, seed, self.occasions) for seed in self.seeds]

    async def samples(self, impression: int) -> list[biometrics.FingerSample]:
        """Return images; waits until they are rendered."""
        if not self._images:
            self.begin()
        made = await asyncio.gather(*map(asyncio.wrap_future, self._images))
        turn = (impression - 1) % self.occasions
        return [
            _sample(position, image=_image(images[turn], ".png", SYNTHETIC_PPI))
            for position, images in zip(POSITIONS, made, strict=True)
        ]


FORMATS = {
    ".png": biometrics.IMAGE_FORMAT_PNG,
    ".bmp": biometrics.IMAGE_FORMAT_BMP,
    ".tif": biometrics.IMAGE_FORMAT_TIFF,
    ".tiff": biometrics.IMAGE_FORMAT_TIFF,
    ".jpg": biometrics.IMAGE_FORMAT_JPEG,
    ".jpeg": biometrics.IMAGE_FORMAT_JPEG,
    ".jp2": biometrics.IMAGE_FORMAT_JPEG_2000,
    ".wsq": biometrics.IMAGE_FORMAT_WSQ,
}
"""Image format by the ending of a file's name."""


@dataclass(frozen=True, slots=True)
class ImageFileFingers:
    """Fingers given as image files. files: of each finger, by occasion. ppi: of all files."""

    files: tuple[tuple[Path, ...], ...]
    ppi: int
    has_images: ClassVar[bool] = True

    async def samples(self, impression: int) -> list[biometrics.FingerSample]:
        """Return the files' images; occasions beyond the last start again at the first."""
        chosen = [of_finger[(impression - 1) % len(of_finger)] for of_finger in self.files]
        return [
            _sample(position, image=_image(file.read_bytes(), file.suffix, self.ppi))
            for position, file in zip(POSITIONS, chosen, strict=True)
        ]


def template_fingers(*identity: object) -> TemplateFingers:
    """Return the synthetic fingers that belong to an identity, as templates."""
    return TemplateFingers(_seeds(identity))


def synthetic_image_fingers(
    *identity: object, renderer: Executor, occasions: int
) -> SyntheticImageFingers:
    """Return the synthetic fingers that belong to an identity, as images."""
    return SyntheticImageFingers(_seeds(identity), renderer, occasions)


def render(seed: int, occasions: int) -> list[bytes]:
    """Return PNG files of one finger, one for each occasion; two take half a second of one core."""
    ridges = generate_ridge_pattern(generate_master(seed))
    images = []
    for occasion in range(1, occasions + 1):
        target = io.BytesIO()
        image = render_impression(ridges, occasion, capture_difficulty=LIVE_SCAN).image
        Image.fromarray(image).save(target, format="PNG", compress_level=1)
        images.append(target.getvalue())
    return images


def _seeds(identity: tuple[object, ...]) -> tuple[int, ...]:
    return tuple(derive("finger", *identity, position) for position in POSITIONS)


def _template(seed: int, position: int, impression: int) -> bytes:
    minutiae = generate_template(generate_master(seed), impression, capture_difficulty=LIVE_SCAN)
    return write(FingerRecord(position, 0, minutiae))


def _image(data: bytes, suffix: str, ppi: int) -> biometrics.FingerImage:
    return biometrics.FingerImage(data=data, format=FORMATS[suffix.lower()], ppi=ppi)


def _sample(
    position: "biometrics.FingerPosition.ValueType",
    *,
    image: biometrics.FingerImage | None = None,
    template: bytes | None = None,
) -> biometrics.FingerSample:
    sample = biometrics.FingerSample(
        position=position, impression=biometrics.IMPRESSION_TYPE_LIVE_SCAN_PLAIN
    )
    if image is not None:
        sample.image.CopyFrom(image)
    if template is not None:
        sample.template.data = template
        sample.template.format = biometrics.TEMPLATE_FORMAT_ISO_19794_2_2011
    return sample
