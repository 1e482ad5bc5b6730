"""Renders slaps: images of several fingers of one hand pressed flat at once, with the truth.

The lengths of fingers, the gaps between them and the rotation of the hand are assumed after
everyday anatomy, not taken from images. Ridges below the first crease (of the medial phalanx),
which a segmenter must leave out, are those of the finger, turned around.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.synthetic.contact import LIVE_SCAN, Contact, draw_contact, draw_difficulty
from matcher.synthetic.image_appearance import draw_appearance, render_grey
from matcher.synthetic.rendering import press
from matcher.synthetic.ridge_pattern import RidgePattern

SLAP_WIDTH, SLAP_HEIGHT = 1600, 1500
"""Size of the synthetic sensor, pixels at 500 dpi: 3.2 x 3 inches, as slap scanners have."""
_MM = 500 / 25.4
_RIGHT, _LEFT, _THUMBS = (2, 3, 4, 5), (10, 9, 8, 7), (6, 1)
_BELOW_MIDDLE_TIP = {2: 10.0, 3: 0.0, 4: 8.0, 5: 28.0}
"""Millimetres that the tips of the right fingers lie below that of the middle finger."""
_SPLAY = {2: 4.0, 3: 1.0, 4: -2.0, 5: -7.0}
"""Degrees, counter-clockwise, between the right fingers and the hand."""
_OUTSIDE = 9.0


@dataclass(frozen=True, slots=True)
class SlapFinger:
    """Where the last phalanx of a finger truly touches; pixels, y down.

    angle: radians counter-clockwise from upright. width, height: across and along the finger.
    """

    position: int
    x: float
    y: float
    width: float
    height: float
    angle: float


@dataclass(frozen=True, slots=True, eq=False)
class RenderedSlap:
    """image: uint8 (SLAP_HEIGHT, SLAP_WIDTH), 500 dpi. fingers: from left to right."""

    image: NDArray[np.uint8]
    fingers: tuple[SlapFinger, ...]


def render_slap(
    patterns: Mapping[int, RidgePattern], seed: int, *, capture_difficulty: float = LIVE_SCAN
) -> RenderedSlap:
    """Render the fingers of a right hand (positions 2 to 5), a left hand (7 to 10) or both thumbs.

    patterns: by position; a finger that is not there leaves a gap.
    seed, capture_difficulty: as in `generate_impression`.
    """
    rng = np.random.default_rng((seed, *(each.master.seed for each in patterns.values()), 4))
    difficulty = draw_difficulty(rng, capture_difficulty)
    order = next(each for each in (_RIGHT, _LEFT, _THUMBS) if {*patterns} <= {*each})
    drawn = {
        position: draw_contact(rng, difficulty, capture_difficulty)._replace(
            tilt=rng.normal(0.0, 0.05)
        )
        for position in order
    }
    contacts = {
        position: each
        for position, each in _place(drawn, order, rng, difficulty).items()
        if position in patterns
    }
    relief = np.full((SLAP_HEIGHT, SLAP_WIDTH), -1.0, np.float32)
    radius = np.full((SLAP_HEIGHT, SLAP_WIDTH), _OUTSIDE, np.float32)
    shows_medial = order is not _THUMBS and rng.random() < 0.6
    for position, contact in contacts.items():
        for each in [contact, _medial(contact, rng)] if shows_medial else [contact]:
            _press_into(relief, radius, patterns[position], each)
    image = render_grey(relief, radius, draw_appearance(rng, difficulty), rng)
    return RenderedSlap(image, tuple(_truth(p, contacts[p]) for p in order if p in contacts))


def _press_into(
    relief: NDArray[np.float32],
    radius: NDArray[np.float32],
    pattern: RidgePattern,
    contact: Contact,
) -> None:
    """Write a finger where it lies nearest of all; only around its contact, to save time."""
    reach = int(1.25 * max(contact.half_axes))
    left, top = (max(0, int(middle) - reach) for middle in contact.sensor_centre)
    window = np.s_[top : top + 2 * reach, left : left + 2 * reach]
    rows, columns = radius[window].shape
    moved = contact._replace(sensor_centre=contact.sensor_centre - (left, top))
    pressed, where = press(pattern.relief[:, :, None], moved, rows, columns)
    nearer = where < radius[window]
    relief[window][nearer] = pressed[nearer]
    radius[window][nearer] = where[nearer]


def _place(
    contacts: Mapping[int, Contact],
    order: tuple[int, ...],
    rng: np.random.Generator,
    difficulty: float,
) -> dict[int, Contact]:
    """Return the contacts side by side as those of a hand, somewhere on the sensor."""
    hand = math.radians(rng.normal(0.0, 4.0 + 8.0 * difficulty)) if order is not _THUMBS else 0.0
    centres, angles, at = [], [], 0.0
    half_widths = {p: c.half_axes[0] * _relative_width(p) for p, c in contacts.items()}
    for i, position in enumerate(order):
        if i:
            gap = rng.normal(60.0, 20.0) if order is _THUMBS else max(-4.0, rng.normal(16.0, 9.0))
            at += half_widths[order[i - 1]] + gap + half_widths[position]
        half_height = contacts[position].half_axes[1] * _relative_width(position)
        down, splay = _tip_and_splay(position, rng)
        centres.append((at, down + half_height))
        angles.append(hand + splay)
    cos, sin = math.cos(hand), math.sin(hand)
    turned = np.array(centres) @ np.array([[cos, -sin], [sin, cos]])
    middle = 0.5 * (turned.max(0) + turned.min(0))
    shift = rng.uniform(-1.0, 1.0, 2) * (40.0, 60.0)
    turned += np.array([0.5 * SLAP_WIDTH, 0.43 * SLAP_HEIGHT]) + shift - middle
    return {
        position: contacts[position]._replace(
            matrix=_rotation(angle) @ (np.eye(2) + difficulty * rng.normal(0.0, 0.012, (2, 2))),
            sensor_centre=centre,
            half_axes=(
                half_widths[position],
                contacts[position].half_axes[1] * _relative_width(position),
            ),
        )
        for position, centre, angle in zip(order, turned, angles, strict=True)
    }


def _tip_and_splay(position: int, rng: np.random.Generator) -> tuple[float, float]:
    """Return pixels from the highest tip down, and radians between the finger and the hand."""
    if position in _THUMBS:
        return rng.normal(0.0, 3.0) * _MM, math.radians(rng.normal(0.0, 8.0))
    finger, sign = (position, 1) if position in _RIGHT else (position - 5, -1)
    down = rng.normal(_BELOW_MIDDLE_TIP[finger], 0.0 if finger == 3 else 3.5) * _MM
    return down, math.radians(sign * rng.normal(_SPLAY[finger], 2.5))


def _relative_width(position: int) -> float:
    return {1: 1.12, 6: 1.12, 5: 0.85, 10: 0.85}.get(position, 1.0)


def _rotation(angle: float) -> NDArray[np.float64]:
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, sin], [-sin, cos]])


def _medial(contact: Contact, rng: np.random.Generator) -> Contact:
    """Return the contact of the next phalanx, below the crease."""
    half_axes = contact.half_axes[0] * rng.uniform(0.85, 0.95), rng.uniform(90.0, 140.0)
    down = contact.half_axes[1] + rng.uniform(14.0, 26.0) + half_axes[1]
    return contact._replace(
        matrix=-contact.matrix,
        sensor_centre=contact.sensor_centre + contact.matrix @ np.array([0.0, down]),
        half_axes=half_axes,
        tilt=0.0,
    )


def _truth(position: int, contact: Contact) -> SlapFinger:
    angle = math.atan2(contact.matrix[0, 1], contact.matrix[1, 1])
    x, y = contact.sensor_centre
    width, height = (2.0 * half for half in contact.half_axes)
    return SlapFinger(position, float(x), float(y), width, height, angle)
