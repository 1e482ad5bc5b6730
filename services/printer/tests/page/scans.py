"""Scans of printed pages: the whole page, as a scanner at the desk delivers it."""

import io

import numpy as np
from PIL import Image
from printer.page.pdfium import opened


def a_scan(
    pdf: bytes, *, angle: float = 0.0, noise: float = 0.0, ppi: int = 300, file: str = "PNG"
) -> bytes:
    """Return the image file of a page.

    angle: by which it lies aslant, degrees. noise: standard deviation, grey levels of 256.
    """
    with opened(pdf) as document:
        image = document[0].render(scale=ppi / 72).to_pil().convert("RGB")
    image = image.rotate(angle, Image.Resampling.BICUBIC, fillcolor="white")
    pixels = np.asarray(image) + np.random.default_rng(0).normal(0, noise, (*image.size[::-1], 3))
    target = io.BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(target, file)
    return target.getvalue()
