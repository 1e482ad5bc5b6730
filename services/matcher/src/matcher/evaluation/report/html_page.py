"""Writes the HTML page, which needs no other file, and the figures beside the JSON result."""

import base64
import io
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from PIL import Image

from matcher.evaluation.report.figures import Figure
from matcher.evaluation.result_json import Json


def write(
    out: Path, result: Json, charts: Sequence[Figure], pairs: Sequence[Sequence[Figure]]
) -> None:
    """Write the page of `out` (a JSON file) beside it, and the figures into a folder of its name.

    pairs: figures of pairs of each probe set, that of whole images first.
    """
    folder = out.with_suffix("")
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*mated-[0-9][0-9].png"):  # an earlier run may have written more
        old.unlink()
    for figure in (*charts, *(each for of_set in pairs for each in of_set)):
        (folder / f"{figure.name}.png").write_bytes(figure.png)
    environment = Environment(
        loader=PackageLoader("matcher.evaluation.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": _percent, "data_url": _data_url, "count": lambda n: f"{n:,}"}
    text = environment.get_template("page.html.j2").render(
        result=result,
        charts={figure.name: figure for figure in charts},
        pairs=pairs,
        name=out.stem,
    )
    out.with_suffix(".html").write_text(text, encoding="utf-8")


def _percent(share: float | None) -> str:
    return "\N{EN DASH}" if share is None else f"{100 * share:.2f} %"


def _data_url(figure: Figure) -> str:
    """Return the figure as a data URL of a WebP, a tenth of the PNG's size."""
    file = io.BytesIO()
    Image.open(io.BytesIO(figure.png)).save(file, "WEBP", quality=85)
    return "data:image/webp;base64," + base64.b64encode(file.getvalue()).decode("ascii")
