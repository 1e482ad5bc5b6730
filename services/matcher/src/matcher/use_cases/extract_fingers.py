"""How does a sample become a finger that can be stored, searched and compared?"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from servicekit.errors import InvalidRequest
from servicekit.process.worker_pool import WorkerPool

from matcher.alteration.alteration_score import AlterationScore
from matcher.domain.errors import DuplicatePosition, SameFingerTwice
from matcher.domain.finger import (
    Finger,
    FingerContent,
    FingerImage,
    FingerOfSlap,
    FingerSample,
    MissingFinger,
    Template,
    read_template,
)
from matcher.image.decode import PPI, Decode, as_png
from matcher.index.finger_features import prepared_finger
from matcher.minutiae import Minutiae
from matcher.models import ModelBundle
from matcher.record import iso19794
from matcher.use_cases.examine_ridges import examine_ridges
from matcher.use_cases.finger_sequence import same_fingers
from matcher.use_cases.read_samples import (
    check_minutiae,
    check_quality,
    clear_minutiae,
    read_image,
    read_view,
)
from matcher.use_cases.segment_slap import cut_out


@dataclass(frozen=True, slots=True)
class AcceptanceLimits:
    """Which fingers are accepted.

    minimum_quality: NFIQ 2 of an image. minimum_minutiae: different places with minutiae.
    """

    minimum_quality: int
    minimum_minutiae: int


@dataclass(frozen=True, slots=True)
class ExtractFingers:
    """Extracts fingers from images and templates.

    store_images: whether they keep their image. examine: whether its ridges are examined.
    """

    models: ModelBundle
    decode: Decode
    limits: AcceptanceLimits
    pool: WorkerPool
    store_images: bool
    examine: bool = True

    async def __call__(
        self, samples: Sequence[FingerSample], field: str, *, confirmed_different: bool = False
    ) -> tuple[Finger, ...]:
        """Return the fingers that are not missing, by position.

        field: of the samples in the request, so that an error names the sample at fault.
        confirmed_different: whether a person states that no finger was given twice. Raises
        InvalidRequest if all are missing, DuplicatePosition, SameFingerTwice, BadImage,
        BadTemplate, PoorQuality, PositionMismatch, TooFewMinutiae, WrongHand, FingersNotFound.
        """
        present = captured(samples, field)
        if all(isinstance(sample.content, Template) for sample, _ in present):
            return await self.pool.run(
                self._extract_templates, present, samples, field, confirmed_different
            )
        of_slaps = await self._cut_out(samples)
        extracted = [
            self.pool.run(
                self._extract, sample, of_slaps.get(sample.position, sample.content), sample_field
            )
            for sample, sample_field in present
        ]  # fmt: skip
        fingers = _by_position(await asyncio.gather(*extracted))
        if not confirmed_different:
            await self.pool.run(self._check_different, fingers, samples, field)
        return fingers

    async def image(self, sample: FingerSample, image: FingerImage, field: str) -> Finger:
        """Return the finger of an image. field: of the image in the request.

        Raises BadImage, PoorQuality, TooFewMinutiae.
        """
        return await self.pool.run(self._from_image, sample, image, field)

    async def _cut_out(self, samples: Sequence[FingerSample]) -> dict[int, FingerImage]:
        """Return the images of the fingers that are on slaps, by position."""
        slaps = {
            sample.content.slap.field: sample.content.slap
            for sample in samples
            if isinstance(sample.content, FingerOfSlap)
        }
        found = await asyncio.gather(
            *(self.pool.run(cut_out, self.decode, slap) for slap in slaps.values())
        )
        return {
            finger.position: FingerImage(finger.image.tobytes(), PPI, finger.image.shape[::-1])
            for fingers in found
            for finger in fingers
        }

    def _extract_templates(
        self,
        present: Sequence[tuple[FingerSample, str]],
        samples: Sequence[FingerSample],
        field: str,
        confirmed_different: bool,
    ) -> tuple[Finger, ...]:
        """Return the fingers of templates: so little work that all of it is done in one thread."""
        fingers = _by_position(
            [
                self._extract(sample, sample.content, sample_field)
                for sample, sample_field in present
            ]
        )
        if not confirmed_different:
            self._check_different(fingers, samples, field)
        return fingers

    def _extract(self, sample: FingerSample, content: FingerContent, field: str) -> Finger:
        if isinstance(content, Template):
            return self._from_template(sample, content, f"{field}.template")
        if isinstance(content, FingerImage):
            return self._from_image(sample, content, f"{field}.image")
        raise AssertionError("every finger of a slap was cut out, none is missing")

    def _from_image(self, sample: FingerSample, image: FingerImage, field: str) -> Finger:
        pixels = read_image(self.decode, image, field)
        quality = self.models.quality(pixels)
        check_quality(quality, self.limits.minimum_quality, field, sample.position)
        stored_image = _as_file(image) if self.store_images else None
        minutiae = self.models.extractor(pixels)
        self._check_minutiae(clear_minutiae(minutiae), sample, field)
        alteration = (
            examine_ridges(self.models.alteration, pixels, minutiae) if self.examine else None
        )
        return self._finger(sample, minutiae, quality, stored_image, alteration)

    def _from_template(self, sample: FingerSample, template: Template, field: str) -> Finger:
        view = read_view(template, field, sample.position)
        self._check_minutiae(view.minutiae, sample, field)
        return self._finger(sample, view.minutiae)

    def _check_minutiae(self, counted: Minutiae, sample: FingerSample, field: str) -> None:
        check_minutiae(counted, self.limits.minimum_minutiae, field, sample.position)

    def _finger(
        self,
        sample: FingerSample,
        extracted: Minutiae,
        quality: int | None = None,
        image: FingerImage | None = None,
        alteration: AlterationScore | None = None,
    ) -> Finger:
        # Written and read again: what is compared now is exactly what will be compared later.
        template = iso19794.write(
            iso19794.FingerRecord(sample.position, sample.impression_type, extracted)
        )
        minutiae = read_template(template)
        embedding = self.models.embedding.embed(minutiae).astype(np.float16)
        prepared = self.models.comparator.prepare(minutiae)
        return Finger(
            sample.position, minutiae, template, embedding, quality, image, alteration, prepared
        )

    def _check_different(
        self, fingers: Sequence[Finger], samples: Sequence[FingerSample], field: str
    ) -> None:
        comparator = self.models.comparator
        prepared = {finger.position: prepared_finger(comparator, finger) for finger in fingers}
        same = next(same_fingers(self.models, prepared), None)
        if same is None:
            return
        first, second = same
        i = next(i for i, sample in enumerate(samples) if sample.position == second)
        raise SameFingerTwice(
            f"finger {second} is the one that was given as finger {first}",
            field=_field(samples, i, field),
            position=str(first),
        )


def _by_position(fingers: Sequence[Finger]) -> tuple[Finger, ...]:
    return tuple(sorted(fingers, key=lambda each: each.position))


def _as_file(image: FingerImage) -> FingerImage:
    """Return the image as a file that holds its own size."""
    return FingerImage(as_png(image.data, image.raw_size), image.ppi) if image.raw_size else image


def _field(samples: Sequence[FingerSample], i: int, field: str) -> str:
    """Return where in the request a sample, or the slap that shows it, stands."""
    content = samples[i].content
    return content.slap.field if isinstance(content, FingerOfSlap) else f"{field}[{i}]"


def captured(samples: Sequence[FingerSample], field: str) -> Sequence[tuple[FingerSample, str]]:
    """Return the samples that are not missing, each with its field.

    field: of all samples. Raises InvalidRequest if all are missing, DuplicatePosition.
    """
    _check_positions(samples, field)
    present = [
        (sample, _field(samples, i, field))
        for i, sample in enumerate(samples)
        if not isinstance(sample.content, MissingFinger)
    ]
    if not present:
        raise InvalidRequest("at least one finger must be present", field=field)
    return present


def _check_positions(samples: Sequence[FingerSample], field: str) -> None:
    seen: set[int] = set()
    for i, sample in enumerate(samples):
        if sample.position in seen:
            raise DuplicatePosition(
                f"finger {sample.position} was given before",
                field=f"{_field(samples, i, field)}.position",
            )
        seen.add(sample.position)
