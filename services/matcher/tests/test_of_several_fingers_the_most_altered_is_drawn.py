"""Where no finger is named, that with the highest score is drawn, of those that have an image."""

from collections.abc import AsyncIterator, Mapping
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from matcher.alteration.alteration_score import AlterationScore
from matcher.bootstrap import StoreAndIndex
from matcher.domain.decision import (
    Decision,
    DecisionKind,
    DecisionOutcome,
    DecisionRequest,
    ProbeFinger,
)
from matcher.domain.encounter import EncounterStatus
from matcher.domain.enrolment import Enrolment
from matcher.domain.errors import EvidenceGone
from matcher.domain.finger import Finger, FingerImage, read_template
from matcher.domain.office_scope import ALL_OFFICES
from matcher.domain.request import RequestOrigin
from matcher.image.unreadable_image import ImageFault, UnreadableImage
from matcher.store.encounter_records import EncounterRecords
from matcher.use_cases import draw_alteration
from matcher.use_cases.draw_alteration import DrawAlteration
from matcher.use_cases.readiness import Readiness, ServiceLevel

from services.captured_logs import captured_logs

from .models import models
from .people import template
from .store_and_index import NOW, opened

THUMB, INDEX, MIDDLE = 1, 2, 3
IMAGE = FingerImage(b"an image", 500)
DAMAGED = FingerImage(b"damaged", 500)


@pytest_asyncio.fixture
async def base(tmp_path: Path) -> AsyncIterator[StoreAndIndex]:
    async with opened(tmp_path) as base:
        yield base


@pytest.fixture
def images_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The positions of the fingers whose images were read; nothing is examined or drawn."""
    read, image = list[int](), EncounterRecords.image

    async def noted(self: EncounterRecords, encounter_id: str, position: int) -> FingerImage | None:
        read.append(position)
        return await image(self, encounter_id, position)

    monkeypatch.setattr(EncounterRecords, "image", noted)
    monkeypatch.setattr(draw_alteration, "draw_examination", lambda *_: b"figure")
    return read


def _finger(position: int, image: FingerImage | None, score: float | None) -> Finger:
    record = template(1, position)
    minutiae = read_template(record)
    embedding = models().embedding.embed(minutiae).astype(np.float16)
    alteration = None if score is None else AlterationScore(score, "detector")
    return Finger(position, minutiae, record, embedding, 50, image, alteration)


def _decode(data: bytes, *_: Any, **__: Any) -> Any:
    if data == DAMAGED.data:
        raise UnreadableImage(ImageFault.UNREADABLE, "no image")
    return SimpleNamespace()


async def _drawn(
    base: StoreAndIndex, fingers: Mapping[int, tuple[FingerImage | None, float | None]]
) -> int:
    """Enrol fingers with their images and scores, and return which one is drawn."""
    enrolment = Enrolment("one", "one", "BJM", (), None, RequestOrigin("caller", "one"), b"digest")
    present = [_finger(position, *of) for position, of in fingers.items()]
    async with base.store.write() as records:
        await records.encounters.add(enrolment, present, EncounterStatus.ACTIVE, NOW)
        head = await records.changes.head()
        await records.decisions.append(
            Decision(
                decision_id="decision",
                request=DecisionRequest(DecisionKind.IDENTIFY, "caller", "request", 0.001, 10),
                probe=tuple(
                    ProbeFinger(each, "one", sha256(template(1, each)).hexdigest())
                    for each in fingers
                ),
                outcome=DecisionOutcome.NO_HIT,
                candidates=(),
                threshold=4.0,
                people_searched=1,
                people_compared=1,
                model_version="model",
                calibration_version="calibration",
                change_token=head,
                decided_at=NOW,
            )
        )
    readiness, anything = Readiness(), SimpleNamespace()
    await readiness.set_level(ServiceLevel.VERIFY_ONLY)
    examining: Any = SimpleNamespace(extractor=lambda _: anything, alteration=lambda *_: anything)
    draw = DrawAlteration(base.store, base.pool, _decode, examining, readiness)
    return (await draw("decision", None, ALL_OFFICES)).position


async def test_only_its_image_is_read(base: StoreAndIndex, images_read: list[int]) -> None:
    drawn = await _drawn(base, {THUMB: (IMAGE, 0.5), INDEX: (IMAGE, 3.1), MIDDLE: (IMAGE, 2.0)})

    assert drawn == INDEX
    assert images_read == [INDEX]


async def test_one_without_an_image_is_not_it(base: StoreAndIndex, images_read: list[int]) -> None:
    assert await _drawn(base, {THUMB: (None, 3.5), INDEX: (IMAGE, 0.1)}) == INDEX


async def test_of_fingers_that_nobody_examined_the_first_with_an_image_is_drawn(
    base: StoreAndIndex, images_read: list[int]
) -> None:
    drawn = await _drawn(base, {THUMB: (None, None), INDEX: (IMAGE, None), MIDDLE: (IMAGE, None)})

    assert drawn == INDEX
    assert images_read == [INDEX]


async def test_one_that_was_examined_goes_before_one_that_was_not(
    base: StoreAndIndex, images_read: list[int]
) -> None:
    assert await _drawn(base, {THUMB: (IMAGE, None), INDEX: (IMAGE, 0.0)}) == INDEX


async def test_without_any_image_none_is_drawn(base: StoreAndIndex, images_read: list[int]) -> None:
    with pytest.raises(EvidenceGone, match="no image"):
        await _drawn(base, {THUMB: (None, None), INDEX: (None, 1.0)})


async def test_if_its_image_is_damaged_no_other_finger_is_shown_in_its_place(
    base: StoreAndIndex, images_read: list[int]
) -> None:
    with captured_logs() as logs, pytest.raises(EvidenceGone, match="cannot be read") as refused:
        await _drawn(base, {THUMB: (IMAGE, 0.5), INDEX: (DAMAGED, 3.1)})

    assert refused.value.metadata["encounter_id"] == "one"
    assert [(each["event"], each["encounter_id"]) for each in logs] == [
        ("stored_image_unreadable", "one")
    ]
