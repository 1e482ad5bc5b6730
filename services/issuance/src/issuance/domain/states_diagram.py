"""The page docs/issuance-states.md: the table of transitions as a Mermaid diagram and a list,
and whose turn it is in each state."""

from datetime import timedelta

from issuance.domain.events import WITHOUT_INFLUENCE
from issuance.domain.expected_time import EXPECTED_TIMES
from issuance.domain.states import FINAL_STATES, INITIAL_STATE, ApplicationState
from issuance.domain.transitions import TRANSITIONS, Transition
from issuance.domain.waiting_on import WAITING_ON

TITLE = """\
# Which way does an application go?

Drawn from the table in `issuance/domain/transitions.py` by `issuance states`; do not edit by hand.
Not drawn, but in the table: events of any state that change nothing about the way.
An event that is not in the table is refused with `ILLEGAL_TRANSITION` and changes nothing."""
OWNERS = """\
## Whose turn is it in each state, and how long does it usually take?

In working hours of the office, without outages; the setting `expected_working_hours` has other
ones. What takes longer is late: `waiting.late_since`, `IssuanceAdmin/ListStuck`. While printing,
the printing office can cancel the job.

| state | waits for | whose turn | usual hours |
|---|---|---|---|"""


def render_page() -> str:
    """Return the whole page, Markdown."""
    header = (
        "| from | event | to | who | if | outbox task | notice | document | encounter |\n"
        "|---|---|---|---|---|---|---|---|---|"
    )
    rows = "\n".join(_row(row) for row in TRANSITIONS)
    owners = "\n".join(_owner(state) for state in WAITING_ON)
    diagram = f"```mermaid\n{render_diagram()}\n```"
    return f"{TITLE}\n\n{diagram}\n\n{header}\n{rows}\n\n{OWNERS}\n{owners}\n"


def render_diagram() -> str:
    """Return the diagram alone, as Mermaid's stateDiagram-v2."""
    lines = ["stateDiagram-v2", f"    [*] --> {INITIAL_STATE}"]
    lines += [
        f"    {row.source} --> {row.target}: {row.event}{_guard(row)}"
        for row in TRANSITIONS
        if row.event not in WITHOUT_INFLUENCE
    ]
    lines += [f"    {state} --> [*]" for state in sorted(FINAL_STATES)]
    return "\n".join(lines)


def _owner(state: ApplicationState) -> str:
    waiting, expected = WAITING_ON[state], EXPECTED_TIMES.get(state)
    hours = f"{expected / timedelta(hours=1):g}" if expected else "until the promised day"
    return f"| {state} | {waiting.what.en} | {waiting.responsible_party} | {hours} |"


def _guard(row: Transition) -> str:
    return f" [{row.guard}]" if row.guard else ""


def _row(row: Transition) -> str:
    who = ", ".join(sorted(row.by))
    effects = (row.outbox_task, row.notice, row.document, row.encounter)
    cells = (row.source, row.event, row.target, who, row.guard, *effects)
    return f"| {' | '.join(cell or '' for cell in cells)} |"
