"""Fingers of three kinds, all giving samples of the contract: drawn, rendered, photographed."""

import asyncio
import io
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol

from matcher.record.iso19794 import FingerRecord, write
from matcher.synthetic import LIVE_SCAN, impress, master
from matcher.synthetic.render import print_image, render_master
from passport.type.v1 import biometrics_pb2 as biometrics
from PIL import Image

from harness.world.seeds import derive

POSITIONS = (biometrics.FINGER_POSITION_RIGHT_INDEX, biometrics.FINGER_POSITION_LEFT_INDEX)
SYNTHETIC_PPI = 500


class Fingers(Protocol):
    """The fingers of one human being."""

    pictured: ClassVar[bool]
    """Whether samples are images."""

    async def samples(self, impression: int) -> list[biometrics.FingerSample]:
        """What a sensor takes at the given occasion, counted from 1."""
        ...


@dataclass(frozen=True, slots=True)
class Drawn:
    """Synthetic fingers of which only minutiae exist; seeds: one a finger."""

    seeds: tuple[int, ...]
    pictured: ClassVar[bool] = False

    async def samples(self, impression: int) -> list[biometrics.FingerSample]:
        """Templates, made in about a millisecond."""
        return [
            _sample(position, template=_template(seed, position, impression))
            for position, seed in zip(POSITIONS, self.seeds, strict=True)
        ]


@dataclass(slots=True)
class Rendered:
    """Synthetic fingers whose ridges are grown and pictured, in other processes."""

    seeds: tuple[int, ...]
    renderer: Executor
    occasions: int
    pictured: ClassVar[bool] = True
    _pictures: list[Future[list[bytes]]] = field(default_factory=list)

    def begin(self) -> None:
        """Have the pictures of all occasions made in the background."""
        self._pictures = [self.renderer.submit(render, seed, self.occasions) for seed in self.seeds]

    async def samples(self, impression: int) -> list[biometrics.FingerSample]:
        """Images; waits until they are rendered."""
        if not self._pictures:
            self.begin()
        made = await asyncio.gather(*map(asyncio.wrap_future, self._pictures))
        turn = (impression - 1) % self.occasions
        return [
            _sample(position, image=_image(pictures[turn], ".png", SYNTHETIC_PPI))
            for position, pictures in zip(POSITIONS, made, strict=True)
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
"""What a file's name ends with, and what is in it."""


@dataclass(frozen=True, slots=True)
class Photographed:
    """Real fingers; files: of each finger, by occasion. ppi: of all of them."""

    files: tuple[tuple[Path, ...], ...]
    ppi: int
    pictured: ClassVar[bool] = True

    async def samples(self, impression: int) -> list[biometrics.FingerSample]:
        """Images as they lie in the folder; occasions beyond the last begin anew."""
        chosen = [of_finger[(impression - 1) % len(of_finger)] for of_finger in self.files]
        return [
            _sample(position, image=_image(file.read_bytes(), file.suffix, self.ppi))
            for position, file in zip(POSITIONS, chosen, strict=True)
        ]


def drawn(*identity: object) -> Drawn:
    """The synthetic fingers that belong to an identity."""
    return Drawn(_seeds(identity))


def rendered(*identity: object, renderer: Executor, occasions: int) -> Rendered:
    """Pictures of the synthetic fingers that belong to an identity."""
    return Rendered(_seeds(identity), renderer, occasions)


def render(seed: int, occasions: int) -> list[bytes]:
    """PNG files of one finger, one an occasion; half a second on one core for two."""
    ridges = render_master(master(seed))
    pictures = []
    for occasion in range(1, occasions + 1):
        target = io.BytesIO()
        picture = print_image(ridges, occasion, hardness=LIVE_SCAN).image
        Image.fromarray(picture).save(target, format="PNG", compress_level=1)
        pictures.append(target.getvalue())
    return pictures


def _seeds(identity: tuple[object, ...]) -> tuple[int, ...]:
    return tuple(derive("finger", *identity, position) for position in POSITIONS)


def _template(seed: int, position: int, impression: int) -> bytes:
    minutiae = impress(master(seed), impression, hardness=LIVE_SCAN)
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
