"""A drawing shows the fingers that a decision compared, on their images where these are stored."""

from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
import pytest_asyncio
from matcher.bootstrap import StoreAndIndex
from matcher.comparison.comparator import Comparator, paired_minutiae
from matcher.domain.change_token import ChangeToken
from matcher.domain.decision import (
    Candidate,
    Decision,
    DecisionKind,
    DecisionOutcome,
    DecisionRequest,
    FingerScore,
    ProbeFinger,
)
from matcher.domain.encounter import EncounterStatus
from matcher.domain.enrolment import Enrolment
from matcher.domain.errors import DecisionNotFound, EvidenceGone
from matcher.domain.finger import Finger, FingerImage, read_template
from matcher.domain.model_bundle import PACKAGED
from matcher.domain.office_scope import ALL_OFFICES
from matcher.domain.request import RequestOrigin
from matcher.image.decode import decode
from matcher.image.unreadable_image import ImageFault, UnreadableImage
from matcher.model_bundles import ModelBundles
from matcher.use_cases.draw_comparison import DrawComparison
from matcher.use_cases.installed_comparators import InstalledComparators
from matcher.use_cases.readiness import Readiness, ServiceLevel
from PIL import Image
from sqlalchemy import text

from .bundles import change_calibration, make_bundle
from .models import models
from .people import template
from .png_file import png
from .store_and_index import NOW, opened

MIDDLE, RING = 3, 4
DARK = 60


def _finger(position: int, impression: int, image: tuple[int, int] | None) -> Finger:
    """A finger of one person, with a dark image whose size differs from the template's by this."""
    record = template(1, position, impression)
    minutiae = read_template(record)
    embedding = models().embedding.embed(minutiae).astype(np.float16)
    if image is None:
        return Finger(position, minutiae, record, embedding)
    pixels = np.full((minutiae.height + image[0], minutiae.width + image[1]), DARK, np.uint8)
    return Finger(position, minutiae, record, embedding, 50, FingerImage(png(pixels), 500))


@pytest_asyncio.fixture
async def base(tmp_path: Path) -> AsyncIterator[StoreAndIndex]:
    """A decision about encounter "probe" and its candidates.

    Those have an image that fits the template, one that is larger, none, or were deleted.
    """
    async with opened(tmp_path) as base:
        for name, impression, image in (
            ("probe", 0, (0, 0)),
            ("mate", 1, (0, 0)),
            ("misfit", 1, (0, 1)),
            ("no image", 1, None),
        ):
            fingers = [_finger(position, impression, image) for position in (MIDDLE, RING)]
            enrolment = Enrolment(
                name, name, "BJM", (), None, RequestOrigin("caller", name), b"digest"
            )
            async with base.store.write() as records:
                await records.encounters.add(enrolment, fingers, EncounterStatus.ACTIVE, NOW)
        async with base.store.write() as records:
            await records.decisions.append(_decision())
        yield base


def _named(position: int, encounter_id: str, impression: int) -> ProbeFinger:
    """An impression as a decision names it."""
    record = template(1, position, impression)
    return ProbeFinger(position, encounter_id, sha256(record).hexdigest())


def _decision() -> Decision:
    return Decision(
        decision_id="decision",
        request=DecisionRequest(DecisionKind.IDENTIFY, "caller", "request", 0.001, 10),
        probe=tuple(_named(position, "probe", 0) for position in (MIDDLE, RING)),
        outcome=DecisionOutcome.HIT,
        candidates=tuple(
            Candidate(
                name,
                9.0,
                True,
                (FingerScore(MIDDLE, 5.0, name, 10), FingerScore(RING, 4.0, name, 10)),
                False,
            )
            for name in ("mate", "misfit", "no image", "deleted")
        ),
        threshold=4.0,
        people_searched=3,
        people_compared=3,
        model_version=models().versions.model_version,
        calibration_version="calibration",
        change_token=ChangeToken("0" * 32, 100),
        decided_at=NOW,
    )


async def _draw(base: StoreAndIndex, bundles: Path | None = None) -> DrawComparison:
    readiness = Readiness()
    await readiness.set_level(ServiceLevel.VERIFY_ONLY)
    comparators = InstalledComparators(models().comparator, PACKAGED, ModelBundles(bundles, None))
    return DrawComparison(base.store, base.pool, decode, comparators, readiness)


def _make_former(bundles: Path) -> Comparator:
    """Make a bundle of another comparison, and return that."""
    folder = make_bundle(bundles, "former")
    descriptor = folder / "descriptor.npz"
    with np.load(descriptor) as arrays:
        np.savez(descriptor, votes=arrays["votes"][::-1], threshold=arrays["threshold"])
    comparator = Comparator.load(descriptor, folder / "likelihood.json")
    change_calibration(folder, 1.0, comparator.version)
    return comparator


def _grey_shares(png: bytes) -> list[float]:
    """How much of the left and of the right half of a drawing is grey, as faint images are."""
    with Image.open(BytesIO(png)) as drawn:
        grey = np.asarray(drawn.convert("L"))
    return [float((half < 200).mean()) for half in np.array_split(grey, 2, axis=1)]


def _height(png: bytes) -> int:
    with Image.open(BytesIO(png)) as drawn:
        return drawn.height


async def test_the_best_finger_is_drawn_unless_another_is_asked_for(base: StoreAndIndex) -> None:
    draw, prepare = await _draw(base), models().comparator.prepare

    best = await draw("decision", "mate", None, ALL_OFFICES)
    other = await draw("decision", "mate", RING, ALL_OFFICES)

    assert (best.position, other.position) == (MIDDLE, RING)
    for drawn in (best, other):
        probe, mate = (_finger(drawn.position, n, None).minutiae for n in (0, 1))
        assert drawn.matched_minutiae == len(paired_minutiae(prepare(probe), prepare(mate))) > 5


async def test_images_are_shown_where_they_are_stored_and_fit(base: StoreAndIndex) -> None:
    draw = await _draw(base)

    shares = {
        name: _grey_shares((await draw("decision", name, None, ALL_OFFICES)).png)
        for name in ("mate", "misfit", "no image")
    }

    assert min(shares["mate"]) > 0.5
    for name in ("misfit", "no image"):
        assert shares[name][0] > 0.5
        assert shares[name][1] < 0.1


async def test_a_damaged_image_is_not_shown(base: StoreAndIndex) -> None:
    draw = await _draw(base)
    async with base.store.write() as records:
        await records.transaction.execute(
            text("UPDATE images SET data = :other WHERE encounter_id = 'mate'"), {"other": bytes(1)}
        )

    drawn = await draw("decision", "mate", None, ALL_OFFICES)

    of_probe, of_mate = _grey_shares(drawn.png)
    assert of_probe > 0.5
    assert of_mate < 0.1
    assert drawn.matched_minutiae > 5


async def test_an_image_that_cannot_be_decoded_is_not_shown(base: StoreAndIndex) -> None:
    def decode_nothing(*_: Any, **__: Any) -> NoReturn:
        raise UnreadableImage(ImageFault.UNREADABLE, "no image")

    draw = replace(await _draw(base), decode=decode_nothing)

    drawn = await draw("decision", "mate", None, ALL_OFFICES)

    assert max(_grey_shares(drawn.png)) < 0.1
    assert drawn.matched_minutiae > 5


@pytest.mark.parametrize(
    ("name", "probe", "mate"), [("same", 0, 1), ("another probe", 1, 1), ("another mate", 0, 0)]
)
async def test_only_the_templates_that_were_compared_are_drawn(
    base: StoreAndIndex, name: str, probe: int, mate: int
) -> None:
    draw = await _draw(base)
    verified = replace(
        _decision(),
        decision_id="verified",
        probe=(_named(MIDDLE, "probe", probe),),
        reference=(_named(MIDDLE, "mate", mate), _named(MIDDLE, "no image", 0)),
    )
    async with base.store.write() as records:
        await records.decisions.append(verified)

    drawing = draw("verified", "mate", MIDDLE, ALL_OFFICES)

    if name == "same":
        assert (await drawing).position == MIDDLE
    else:
        with pytest.raises(EvidenceGone, match="replaced"):
            await drawing


@pytest.mark.parametrize(
    ("person", "position", "error"),
    [
        ("nobody", None, DecisionNotFound),
        ("mate", 2, DecisionNotFound),
        ("deleted", None, EvidenceGone),
    ],
)
async def test_what_was_not_compared_or_is_gone_is_not_drawn(
    base: StoreAndIndex, person: str, position: int | None, error: type[Exception]
) -> None:
    draw = await _draw(base)

    with pytest.raises(error):
        await draw("decision", person, position, ALL_OFFICES)


async def test_the_comparison_that_decided_is_drawn_as_long_as_it_is_installed(
    base: StoreAndIndex, tmp_path: Path
) -> None:
    bundles = tmp_path / "bundles"
    former = _make_former(bundles)
    by_former = replace(
        _decision(), decision_id="by former", model_version=f"extractor embedding {former.version}"
    )
    async with base.store.write() as records:
        await records.decisions.append(by_former)
    draw = await _draw(base, bundles)

    of_former = await draw("by former", "mate", MIDDLE, ALL_OFFICES)
    of_present = await draw("decision", "mate", MIDDLE, ALL_OFFICES)
    (bundles / "former").rename(tmp_path / "away")
    without = await draw("by former", "mate", MIDDLE, ALL_OFFICES)

    present = models().comparator
    probe, mate = (_finger(MIDDLE, n, None).minutiae for n in (0, 1))
    for drawn, comparator, is_of_decision in (
        (of_former, former, True),
        (of_present, present, True),
        (without, present, False),
    ):
        pairs = paired_minutiae(comparator.prepare(probe), comparator.prepare(mate))
        assert drawn.matched_minutiae == len(pairs)
        assert drawn.comparison_version == comparator.version
        assert drawn.is_of_decision is is_of_decision
    assert former.version != present.version
    assert _height(without.png) > _height(of_present.png) == _height(of_former.png)


async def test_it_is_not_installed_where_the_folder_of_bundles_is_missing(
    base: StoreAndIndex, tmp_path: Path
) -> None:
    by_former = replace(_decision(), decision_id="by former", model_version="models of before")
    async with base.store.write() as records:
        await records.decisions.append(by_former)
    draw = await _draw(base, tmp_path / "not mounted")

    assert not (await draw("by former", "mate", MIDDLE, ALL_OFFICES)).is_of_decision
