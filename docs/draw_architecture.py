"""Draws docs/architecture.svg: the packages of each service and who imports whom.

A box is a package or module directly below a service, with the first sentence of its docstring. An
arrow is an import; one that follows from two others is left out (transitive reduction), and so are
imports of servicekit, which every service uses. A box lies below all that import it.
"""

import ast
import functools
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from html import escape
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[1]
SERVICES = ("issuance", "matcher", "printer")
PACKAGES = (*SERVICES, "servicekit")
# Entry points import everything below them; drawn, they would only say so.
LEFT_OUT = ("__main__", "py")
WIDTH, MARGIN = 1120, 24
BOX_WIDTH, BOX_HEIGHT, GAP_X, GAP_Y = 172, 74, 16, 34
MOST_IN_ROW = (WIDTH - 4 * MARGIN + GAP_X) // (BOX_WIDTH + GAP_X)
TITLE_HEIGHT = 40
STYLE = (
    "text{font-family:'Helvetica Neue',Helvetica,Arial,'DejaVu Sans',sans-serif;fill:#23282c}"
    ".title{font-size:17px;font-weight:bold}.name{font-size:13px;font-weight:bold}"
    ".about{font-size:10px;fill:#5d666c}.box{fill:#fff;stroke:#0072b2;stroke-width:1.2}"
    ".panel{fill:#f4f6f8;stroke:#d6dbe3}.arrow{stroke:#9aa5b1;stroke-width:1;fill:none}"
)

Graph = Mapping[str, frozenset[str]]
"""What each part imports."""


@dataclass(frozen=True, slots=True)
class Panel:
    """The parts of one package, in rows from the importing to the imported ones."""

    name: str
    rows: list[list[str]]
    arrows: Graph
    about: Mapping[str, str]

    @property
    def height(self) -> int:
        """Height of the panel, pixels."""
        return TITLE_HEIGHT + len(self.rows) * (BOX_HEIGHT + GAP_Y)


def main() -> None:
    """Write the picture into the repository."""
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")


def written() -> dict[Path, str]:
    """Return what the file should hold."""
    return {ROOT / "docs/architecture.svg": architecture_svg()}


def architecture_svg() -> str:
    """Return the picture as SVG, the same text for the same imports."""
    graph = grimp.build_graph(*PACKAGES)
    panels = [_panel(graph, name) for name in PACKAGES]
    height = sum(panel.height + MARGIN for panel in panels) + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        "<title>Packages of the services and their imports</title>",
        f"<style>{STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="#9aa5b1"/></marker>'
        "</defs>",
    ]
    top = MARGIN
    for panel in panels:
        parts += _drawn(panel, top)
        top += panel.height + MARGIN
    return "\n".join([*parts, "</svg>", ""])


def _panel(graph: grimp.ImportGraph, package: str) -> Panel:
    parts = {
        child: graph.find_descendants(child) | {child}
        for child in graph.find_children(package)
        if child.rpartition(".")[2] not in LEFT_OUT
    }
    imports = {
        part: frozenset(
            other for other, its in parts.items() if other != part and _imports(graph, inside, its)
        )
        for part, inside in parts.items()
    }
    about = {part: _first_sentence(package, part) for part in parts}
    return Panel(package, _rows(imports), _reduced(imports), about)


def _imports(graph: grimp.ImportGraph, importing: set[str], imported: set[str]) -> bool:
    return any(graph.find_modules_directly_imported_by(one) & imported for one in importing)


def _rows(imports: Graph) -> list[list[str]]:
    """Return parts by the length of the longest chain of imports that leads to them.

    Parts of one length stand in as many rows, about equally long, as they need.
    Raises graphlib.CycleError, which names the parts, where parts import each other in a circle.
    """
    importers = {part: [one for one, its in imports.items() if part in its] for part in imports}
    depth: dict[str, int] = {}
    for part in TopologicalSorter(importers).static_order():
        depth[part] = max((depth[one] + 1 for one in importers[part]), default=0)
    rows = []
    for level in range(max(depth.values()) + 1):
        parts = sorted(part for part in depth if depth[part] == level)
        lines = -(-len(parts) // MOST_IN_ROW)
        rows += [parts[line::lines] for line in range(lines)]
    return rows


def _reduced(imports: Graph) -> Graph:
    """Leave out each import that a longer chain of imports implies."""

    @functools.cache
    def below(part: str) -> frozenset[str]:
        return frozenset().union(*(imports[one] | below(one) for one in imports[part]))

    return {part: frozenset(its - below(part)) for part, its in imports.items()}


def _first_sentence(package: str, part: str) -> str:
    """Return the first line of the docstring of a module or package."""
    module = ROOT / "services" / package / "src" / Path(*part.split("."))
    file = module / "__init__.py" if module.is_dir() else module.with_suffix(".py")
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return docstring.splitlines()[0] if docstring else ""


def _drawn(panel: Panel, top: int) -> Iterator[str]:
    place = _places(panel, top)
    yield (
        f'<rect class="panel" x="{MARGIN}" y="{top}" width="{WIDTH - 2 * MARGIN}" '
        f'height="{panel.height}" rx="8"/>'
    )
    yield f'<text class="title" x="{MARGIN + 14}" y="{top + 26}">{panel.name}</text>'
    for part in sorted(place):
        x, y = place[part]
        for other in sorted(panel.arrows[part]):
            to_x, to_y = place[other]
            start, end = (x + BOX_WIDTH // 2, y + BOX_HEIGHT), (to_x + BOX_WIDTH // 2, to_y - 2)
            bend = (end[1] - start[1]) // 2
            yield (
                f'<path class="arrow" marker-end="url(#tip)" d="M{start[0]},{start[1]} '
                f'C{start[0]},{start[1] + bend} {end[0]},{end[1] - bend} {end[0]},{end[1]}"/>'
            )
    for part in sorted(place):
        yield from _box(part, panel.about[part], *place[part])


def _places(panel: Panel, top: int) -> dict[str, tuple[int, int]]:
    """Upper left corner of each box, rows centred."""
    place = {}
    for number, row in enumerate(panel.rows):
        step = BOX_WIDTH + GAP_X
        left = (WIDTH - BOX_WIDTH - step * (len(row) - 1)) // 2
        y = top + TITLE_HEIGHT + number * (BOX_HEIGHT + GAP_Y)
        for column, part in enumerate(row):
            place[part] = (left + column * step, y)
    return place


def _box(part: str, about: str, x: int, y: int) -> Iterator[str]:
    yield (
        f'<rect class="box" x="{x}" y="{y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="5"/>'
        f'<text class="name" x="{x + 8}" y="{y + 17}">{part.partition(".")[2]}</text>'
    )
    lines = textwrap.wrap(about.replace("`", ""), 28, max_lines=4, placeholder=" …")
    for number, line in enumerate(lines):
        yield f'<text class="about" x="{x + 8}" y="{y + 31 + 12 * number}">{escape(line)}</text>'


if __name__ == "__main__":
    main()
