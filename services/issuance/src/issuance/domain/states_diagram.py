"""The page docs/issuance-states.md: the table of transitions as a Mermaid diagram and a list."""

from issuance.domain.states import FINAL_STATES, INITIAL_STATE, TRANSITIONS, Transition

TITLE = """\
# Which way does an application go?

Drawn from the table in `issuance/domain/states.py` by `issuance states`; do not edit by hand.
An event that is not in the table is refused with `ILLEGAL_TRANSITION` and changes nothing."""


def render_page() -> str:
    """Return the whole page, Markdown."""
    header = (
        "| from | event | to | who | if | outbox task | notice | document | encounter |\n"
        "|---|---|---|---|---|---|---|---|---|"
    )
    rows = "\n".join(_row(row) for row in TRANSITIONS)
    return f"{TITLE}\n\n```mermaid\n{render_diagram()}\n```\n\n{header}\n{rows}\n"


def render_diagram() -> str:
    """Return the diagram alone, as Mermaid's stateDiagram-v2."""
    lines = ["stateDiagram-v2", f"    [*] --> {INITIAL_STATE}"]
    lines += [f"    {row.source} --> {row.target}: {row.event}{_guard(row)}" for row in TRANSITIONS]
    lines += [f"    {state} --> [*]" for state in sorted(FINAL_STATES)]
    return "\n".join(lines)


def _guard(row: Transition) -> str:
    return f" [{row.guard}]" if row.guard else ""


def _row(row: Transition) -> str:
    who = ", ".join(sorted(row.by))
    effects = (row.outbox_task, row.notice, row.document, row.encounter)
    cells = (row.source, row.event, row.target, who, row.guard, *effects)
    return f"| {' | '.join(cell or '' for cell in cells)} |"
