"""A history that happens step by step over real records, which are checked after each."""

from collections.abc import Sequence

from issuance.store.records import Store
from servicekit.storage.database import Database

from ..use_cases.emergencies import EMERGENCIES  # noqa: TID252
from ..use_cases.patient import PATIENT  # noqa: TID252
from ..use_cases.workflow import Workflow  # noqa: TID252
from .checks import check, check_approvals, check_hand_overs, check_lists, check_machines
from .history import History
from .steps import BOOKS_PER_DAY, Step
from .watching import Watcher


async def happens(database: Database, steps: Sequence[Step]) -> History:
    """Let all steps happen, and check the records after each."""
    workflow = Workflow(Store(database, "one", PATIENT), BOOKS_PER_DAY, EMERGENCIES)
    await workflow.opens()
    history, watcher = History(workflow, database), Watcher(workflow)
    await watcher.looks()
    for step in steps:
        await history.take(step)
        await check(history)
        if step.what == "works" and history.has_planned:
            await check_machines(history)
            await check_lists(history, watcher)
    return history


async def check_at_the_end(history: History) -> None:
    """Check an ended history: what holds at each step, and who approved and handed over."""
    await check(history)
    await check_approvals(history)
    await check_hand_overs(history)
