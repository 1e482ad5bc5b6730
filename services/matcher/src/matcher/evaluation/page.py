"""The page beside the figures: one file that needs no other, and its pictures as files too."""

import base64
import io
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from PIL import Image

from matcher.evaluation.pictures import Picture
from matcher.evaluation.result import Json


def write(
    out: Path, figures: Json, charts: Sequence[Picture], pairs: Sequence[Sequence[Picture]]
) -> None:
    """Write the page of `out` (a JSON file) beside it, and its pictures into a folder of its name.

    pairs: of each round, that of whole prints first.
    """
    folder = out.with_suffix("")
    folder.mkdir(exist_ok=True)
    for kind in ("mates", "strangers"):  # of an earlier run, which may have had more of them
        for old in folder.glob(f"*{kind}-[0-9][0-9].png"):
            old.unlink()
    for picture in (*charts, *(each for round_ in pairs for each in round_)):
        (folder / f"{picture.name}.png").write_bytes(picture.png)
    environment = Environment(
        loader=PackageLoader("matcher.evaluation", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": _percent, "embedded": _embedded, "count": lambda n: f"{n:,}"}
    text = environment.get_template("page.html.j2").render(
        figures=figures,
        charts={picture.name: picture for picture in charts},
        pairs=pairs,
        name=out.stem,
    )
    out.with_suffix(".html").write_text(text, encoding="utf-8")


def _percent(share: float | None) -> str:
    return "\N{EN DASH}" if share is None else f"{100 * share:.2f} %"


def _embedded(picture: Picture) -> str:
    """The picture as an address; a tenth of the PNG's size, which the folder has."""
    file = io.BytesIO()
    Image.open(io.BytesIO(picture.png)).save(file, "WEBP", quality=85)
    return "data:image/webp;base64," + base64.b64encode(file.getvalue()).decode("ascii")
