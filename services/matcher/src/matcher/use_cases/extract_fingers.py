"""From what callers send to fingers that can be stored, searched and compared."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from servicekit.errors import InvalidRequest
from servicekit.process.worker_pool import WorkerPool

from matcher.domain.biometrics import Finger, Image, Missing, Sample, Template
from matcher.domain.errors import (
    BadImage,
    BadTemplate,
    DuplicatePosition,
    PoorQuality,
    PositionMismatch,
    SameFingerTwice,
    TooFewMinutiae,
)
from matcher.image.decode import MAX_SIDE, as_png, decode
from matcher.image.errors import BadImage as UnreadableImage
from matcher.minutiae import Minutiae
from matcher.models import ModelBundle
from matcher.record import iso19794
from matcher.record.errors import BadTemplate as UnreadableRecord
from matcher.use_cases.finger_sequence import given_twice


@dataclass(frozen=True, slots=True)
class AcceptanceLimits:
    """What is accepted. quality: least NFIQ 2 of an image. minutiae: least number in a finger."""

    quality: int
    minutiae: int


@dataclass(frozen=True, slots=True)
class ExtractFingers:
    """Reads samples. store_images: whether fingers keep the image they were read from."""

    models: ModelBundle
    gate: AcceptanceLimits
    pool: WorkerPool
    store_images: bool

    async def __call__(self, samples: Sequence[Sample], path: str) -> tuple[Finger, ...]:
        """The fingers that are there, by position.

        path: of the samples in the request, to name the field at fault. Raises InvalidRequest
        if no finger is there, DuplicatePosition, SameFingerTwice, and what is wrong with a sample.
        """
        _check_positions(samples, path)
        present = [
            self.pool.run(self._read, sample, f"{path}[{i}]")
            for i, sample in enumerate(samples)
            if not isinstance(sample.content, Missing)
        ]
        if not present:
            raise InvalidRequest("at least one finger must be there", field=path)
        fingers = tuple(sorted(await asyncio.gather(*present), key=lambda each: each.position))
        await self.pool.run(_check_different, self.models, fingers, samples, path)
        return fingers

    def _read(self, sample: Sample, field: str) -> Finger:
        if isinstance(sample.content, Image):
            return self._from_image(sample, sample.content, f"{field}.image")
        if isinstance(sample.content, Template):
            return self._from_template(sample, sample.content, f"{field}.template")
        raise TypeError(f"nothing to read in {type(sample.content)}")

    def _from_image(self, sample: Sample, image: Image, field: str) -> Finger:
        try:
            grey = decode(image.data, image.ppi, image.raw)
        except UnreadableImage as error:
            raise BadImage(str(error), field=field, fault=error.fault) from None
        quality = self.models.quality(grey)
        if quality < self.gate.quality:
            raise PoorQuality(
                f"NFIQ 2 is {quality}, at least {self.gate.quality} is needed",
                field=field,
                quality=str(quality),
            )
        kept = _file(image) if self.store_images else None
        return self._finger(sample, self.models.extractor(grey), field, quality, kept)

    def _from_template(self, sample: Sample, template: Template, field: str) -> Finger:
        try:
            records = iso19794.read(template.data)
        except UnreadableRecord as error:
            raise BadTemplate(str(error), field=field) from None
        if len(records) != 1:
            raise BadTemplate(f"{len(records)} views, exactly one is expected", field=field)
        if records[0].position not in (0, sample.position):
            raise PositionMismatch(f"the record is of finger {records[0].position}", field=field)
        found = records[0].minutiae
        if max(found.width, found.height) > MAX_SIDE:
            raise BadTemplate(
                f"of an image of {found.width} x {found.height} pixels at 500 dpi", field=field
            )
        return self._finger(sample, found, field)

    def _finger(
        self,
        sample: Sample,
        found: Minutiae,
        field: str,
        quality: int | None = None,
        image: Image | None = None,
    ) -> Finger:
        places = len(set(map(bytes, found.xy)))
        if places < self.gate.minutiae:
            raise TooFewMinutiae(
                f"minutiae in {places} places, at least {self.gate.minutiae} are needed",
                field=field,
                minutiae=str(places),
            )
        # Written and read again: what is compared now is exactly what will be compared later.
        record = iso19794.FingerRecord(sample.position, sample.impression, found)
        template = iso19794.write(record)
        kept = read_template(template)
        embedding = self.models.embedding.embed(kept).astype(np.float16)
        return Finger(sample.position, kept, template, embedding, quality, image)


def _file(image: Image) -> Image:
    return Image(as_png(image.data, image.raw), image.ppi) if image.raw else image


def read_template(template: bytes) -> Minutiae:
    """The minutiae of a stored record."""
    return iso19794.read(template)[0].minutiae


def _check_positions(samples: Sequence[Sample], path: str) -> None:
    seen: set[int] = set()
    for i, sample in enumerate(samples):
        if sample.position in seen:
            raise DuplicatePosition(
                f"finger {sample.position} was given before", field=f"{path}[{i}].position"
            )
        seen.add(sample.position)


def _check_different(
    models: ModelBundle, fingers: Sequence[Finger], samples: Sequence[Sample], path: str
) -> None:
    prepared = {each.position: models.comparator.prepare(each.minutiae) for each in fingers}
    twice = given_twice(models, prepared)
    if twice is None:
        return
    first, second = twice
    i = next(i for i, sample in enumerate(samples) if sample.position == second)
    raise SameFingerTwice(
        f"finger {second} is the one that was given as finger {first}",
        field=f"{path}[{i}]",
        position=str(first),
    )
