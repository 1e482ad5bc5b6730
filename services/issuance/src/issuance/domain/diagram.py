"""The table of states drawn: a Mermaid diagram and a list, as they stand in the docs."""

from issuance.domain.states import FINAL, FIRST, TABLE, Transition

TITLE = """\
# Which way does an application go?

Drawn from the table in `issuance/domain/states.py` by `issuance states`; do not edit by hand.
An event that is not in the table is refused with `ILLEGAL_TRANSITION` and changes nothing."""


def page() -> str:
    """The whole page, Markdown."""
    header = "| from | event | to | who | if | owes | tells |\n|---|---|---|---|---|---|---|"
    rows = "\n".join(_row(row) for row in TABLE)
    return f"{TITLE}\n\n```mermaid\n{draw()}\n```\n\n{header}\n{rows}\n"


def draw() -> str:
    """The diagram alone, as Mermaid's stateDiagram-v2."""
    lines = ["stateDiagram-v2", f"    [*] --> {FIRST}"]
    lines += [f"    {row.source} --> {row.target}: {row.event}{_guard(row)}" for row in TABLE]
    lines += [f"    {state} --> [*]" for state in sorted(FINAL)]
    return "\n".join(lines)


def _guard(row: Transition) -> str:
    return f" [{row.guard}]" if row.guard else ""


def _row(row: Transition) -> str:
    who = ", ".join(sorted(row.by))
    cells = (row.source, row.event, row.target, who, row.guard, row.owes, row.tells)
    return f"| {' | '.join(cell or '' for cell in cells)} |"
