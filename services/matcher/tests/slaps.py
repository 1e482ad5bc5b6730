"""Synthetic slaps, each rendered once for all tests."""

from functools import cache
from io import BytesIO

from matcher.synthetic import RidgePattern, generate_master, generate_ridge_pattern
from matcher.synthetic.slap import RenderedSlap, render_slap
from passport.type.v1 import biometrics_pb2 as b
from PIL import Image

RIGHT = (2, 3, 4, 5)


@cache
def pattern(position: int) -> RidgePattern:
    """The ridges of a finger of one person's right hand."""
    return generate_ridge_pattern(generate_master(5_000 + position))


@cache
def right_hand(positions: tuple[int, ...] = RIGHT, seed: int = 0) -> RenderedSlap:
    """A slap of fingers of the right hand."""
    return render_slap({position: pattern(position) for position in positions}, seed)


def slap(
    rendered: RenderedSlap,
    position: b.SlapPosition.ValueType = b.SLAP_POSITION_RIGHT_FOUR,
    missing: tuple[b.FingerPosition.ValueType, ...] = (),
) -> b.SlapSample:
    """A slap as callers send it."""
    file = BytesIO()
    Image.fromarray(rendered.image).save(file, "PNG", compress_level=1)
    return b.SlapSample(
        position=position,
        image=b.FingerImage(data=file.getvalue(), format=b.IMAGE_FORMAT_PNG, ppi=500),
        missing=[
            b.MissingFinger(position=each, reason=b.MISSING_REASON_BANDAGED) for each in missing
        ],
    )
