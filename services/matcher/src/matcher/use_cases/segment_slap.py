"""Which fingers does a slap show, and where?"""

import asyncio
import math
from dataclasses import dataclass

from servicekit.errors import InvalidRequest
from servicekit.process.worker_pool import WorkerPool

from matcher.domain.errors import FingersNotFound, WrongHand
from matcher.domain.finger import FingerImage, SlapSample
from matcher.domain.slap import SlapFinger
from matcher.image import slap_segmentation
from matcher.image.decode import MAX_SLAP_PIXELS, PPI, Decode, as_png
from matcher.image.slap_segmentation import FINGERS, SegmentedFinger
from matcher.models import ModelBundle
from matcher.use_cases.read_samples import read_image
from matcher.use_cases.readiness import Readiness, ServiceLevel


@dataclass(frozen=True, slots=True)
class SegmentSlap:
    """Cuts the fingers out of slaps."""

    models: ModelBundle
    decode: Decode
    pool: WorkerPool
    readiness: Readiness

    async def __call__(self, slap: SlapSample) -> list[SlapFinger]:
        """Return the fingers of a slap by position. Raises what `cut_out` raises, NotReady."""
        self.readiness.require(ServiceLevel.VERIFY_ONLY)
        fingers = await self.pool.run(cut_out, self.decode, slap)
        found = await asyncio.gather(
            *(self.pool.run(self._assessed, finger, slap.image.ppi) for finger in fingers)
        )
        return sorted(found, key=lambda each: each.position)

    def _assessed(self, finger: SegmentedFinger, ppi: int) -> SlapFinger:
        height, width = finger.image.shape
        scale = ppi / PPI
        return SlapFinger(
            position=finger.position,
            x=scale * finger.x,
            y=scale * finger.y,
            width=scale * finger.width,
            height=scale * finger.height,
            angle=math.degrees(finger.angle),
            image=FingerImage(as_png(finger.image.tobytes(), (width, height)), PPI),
            quality=self.models.quality(finger.image),
        )


def cut_out(decode: Decode, slap: SlapSample) -> list[SegmentedFinger]:
    """Return the fingers of a slap from left to right.

    Raises InvalidRequest if the missing fingers are not of the slap, or are all of it; BadImage,
    WrongHand, FingersNotFound.
    """
    _check_missing(slap)
    field = f"{slap.field}.image"
    image = read_image(decode, slap.image, field, MAX_SLAP_PIXELS)
    try:
        return slap_segmentation.segment(image, slap.code, slap.missing)
    except slap_segmentation.WrongHand as error:
        raise WrongHand(str(error), field=field) from None
    except slap_segmentation.FingersNotFound as error:
        raise FingersNotFound(
            str(error), field=field, expected=str(error.expected), found=str(error.found)
        ) from None


def _check_missing(slap: SlapSample) -> None:
    fingers = FINGERS[slap.code]
    for i, position in enumerate(slap.missing):
        if position not in fingers or position in slap.missing[:i]:
            raise InvalidRequest(
                f"finger {position} is not one of the slap's, or was given before",
                field=f"{slap.field}.missing[{i}].position",
            )
    if len(slap.missing) == len(fingers):
        raise InvalidRequest("at least one finger must be present", field=f"{slap.field}.missing")
