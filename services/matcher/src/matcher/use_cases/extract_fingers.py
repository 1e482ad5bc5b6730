"""How does a sample become a finger that can be stored, searched and compared?"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from servicekit.errors import InvalidRequest
from servicekit.process.worker_pool import WorkerPool

from matcher.domain.errors import (
    BadImage,
    BadTemplate,
    DuplicatePosition,
    PoorQuality,
    PositionMismatch,
    SameFingerTwice,
    TooFewMinutiae,
)
from matcher.domain.finger import (
    Finger,
    FingerImage,
    FingerSample,
    MissingFinger,
    Template,
    read_template,
)
from matcher.image.decode import MAX_SIDE, as_png, decode
from matcher.image.unreadable_image import UnreadableImage
from matcher.minutiae import Minutiae
from matcher.models import ModelBundle
from matcher.record import iso19794
from matcher.record.invalid_record import InvalidRecord
from matcher.use_cases.finger_sequence import find_same_finger


@dataclass(frozen=True, slots=True)
class AcceptanceLimits:
    """Which fingers are accepted.

    minimum_quality: NFIQ 2 of an image. minimum_minutiae: different places with minutiae.
    """

    minimum_quality: int
    minimum_minutiae: int


@dataclass(frozen=True, slots=True)
class ExtractFingers:
    """Extracts fingers from images and templates. store_images: whether they keep their image."""

    models: ModelBundle
    limits: AcceptanceLimits
    pool: WorkerPool
    store_images: bool

    async def __call__(self, samples: Sequence[FingerSample], field: str) -> tuple[Finger, ...]:
        """Return the fingers that are not missing, by position.

        field: of the samples in the request, so that an error names the sample at fault. Raises
        InvalidRequest if all are missing, DuplicatePosition, SameFingerTwice, BadImage,
        BadTemplate, PoorQuality, PositionMismatch, TooFewMinutiae.
        """
        _check_positions(samples, field)
        extracted = [
            self.pool.run(self._extract, sample, sample.content, f"{field}[{i}]")
            for i, sample in enumerate(samples)
            if not isinstance(sample.content, MissingFinger)
        ]
        if not extracted:
            raise InvalidRequest("at least one finger must be present", field=field)
        fingers = tuple(sorted(await asyncio.gather(*extracted), key=lambda each: each.position))
        await self.pool.run(self._check_different, fingers, samples, field)
        return fingers

    def _extract(self, sample: FingerSample, content: FingerImage | Template, field: str) -> Finger:
        if isinstance(content, FingerImage):
            return self._from_image(sample, content, f"{field}.image")
        return self._from_template(sample, content, f"{field}.template")

    def _from_image(self, sample: FingerSample, image: FingerImage, field: str) -> Finger:
        try:
            pixels = decode(image.data, image.ppi, image.raw_size)
        except UnreadableImage as error:
            raise BadImage(str(error), field=field, fault=error.fault) from None
        quality = self.models.quality(pixels)
        if quality < self.limits.minimum_quality:
            raise PoorQuality(
                f"NFIQ 2 is {quality}, at least {self.limits.minimum_quality} is needed",
                field=field,
                quality=str(quality),
            )
        stored_image = _as_file(image) if self.store_images else None
        return self._finger(sample, self.models.extractor(pixels), field, quality, stored_image)

    def _from_template(self, sample: FingerSample, template: Template, field: str) -> Finger:
        try:
            records = iso19794.read(template.data)
        except InvalidRecord as error:
            raise BadTemplate(str(error), field=field) from None
        if len(records) != 1:
            raise BadTemplate(f"{len(records)} views, exactly one is expected", field=field)
        if records[0].position not in (0, sample.position):
            raise PositionMismatch(f"the record is of finger {records[0].position}", field=field)
        minutiae = records[0].minutiae
        if max(minutiae.width, minutiae.height) > MAX_SIDE:
            raise BadTemplate(
                f"its image has {minutiae.width} x {minutiae.height} pixels at 500 dpi", field=field
            )
        return self._finger(sample, minutiae, field)

    def _finger(
        self,
        sample: FingerSample,
        extracted: Minutiae,
        field: str,
        quality: int | None = None,
        image: FingerImage | None = None,
    ) -> Finger:
        places = len(set(map(bytes, extracted.xy)))
        if places < self.limits.minimum_minutiae:
            raise TooFewMinutiae(
                f"minutiae in {places} places, at least {self.limits.minimum_minutiae} are needed",
                field=field,
                minutiae=str(places),
            )
        # Written and read again: what is compared now is exactly what will be compared later.
        template = iso19794.write(
            iso19794.FingerRecord(sample.position, sample.impression_type, extracted)
        )
        minutiae = read_template(template)
        embedding = self.models.embedding.embed(minutiae).astype(np.float16)
        return Finger(sample.position, minutiae, template, embedding, quality, image)

    def _check_different(
        self, fingers: Sequence[Finger], samples: Sequence[FingerSample], field: str
    ) -> None:
        prepare = self.models.comparator.prepare
        same = find_same_finger(
            self.models, {finger.position: prepare(finger.minutiae) for finger in fingers}
        )
        if same is None:
            return
        first, second = same
        i = next(i for i, sample in enumerate(samples) if sample.position == second)
        raise SameFingerTwice(
            f"finger {second} is the one that was given as finger {first}",
            field=f"{field}[{i}]",
            position=str(first),
        )


def _as_file(image: FingerImage) -> FingerImage:
    """Return the image as a file that holds its own size."""
    return FingerImage(as_png(image.data, image.raw_size), image.ppi) if image.raw_size else image


def _check_positions(samples: Sequence[FingerSample], field: str) -> None:
    seen: set[int] = set()
    for i, sample in enumerate(samples):
        if sample.position in seen:
            raise DuplicatePosition(
                f"finger {sample.position} was given before", field=f"{field}[{i}].position"
            )
        seen.add(sample.position)
