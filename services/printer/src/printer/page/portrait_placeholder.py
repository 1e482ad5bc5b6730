"""Zone V of the data page (ICAO Doc 9303-4 clause 3), where the holder's portrait belongs.

Clearances carry no portrait yet; until they do, the outline of a head is drawn there.
"""

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

_PAPER, _OUTLINE = HexColor("#eef1f4"), HexColor("#b8c0c8")


def draw_placeholder(
    canvas: Canvas, *, left: float, bottom: float, width: float, height: float
) -> None:
    """Draw the outline of head and shoulders into a box given in points."""
    canvas.saveState()
    frame = canvas.beginPath()
    frame.rect(left, bottom, width, height)
    canvas.clipPath(frame, stroke=0)
    canvas.setFillColor(_PAPER)
    canvas.rect(left, bottom, width, height, stroke=0, fill=1)
    canvas.setFillColor(_OUTLINE)
    middle, shoulders = left + width / 2, 0.42 * width
    canvas.circle(middle, bottom + 0.6 * height, 0.22 * width, stroke=0, fill=1)
    canvas.ellipse(
        middle - shoulders,
        bottom - 0.3 * height,
        middle + shoulders,
        bottom + 0.38 * height,
        stroke=0,
        fill=1,
    )
    canvas.restoreState()
