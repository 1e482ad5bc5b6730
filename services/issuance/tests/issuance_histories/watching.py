"""Who watches the applications during a history, and is told each of them as it is."""

from issuance.domain.application_watch import WatchPosition
from issuance.domain.states import ApplicationState
from issuance.use_cases.watch_applications import WatchApplications, WatchFilter

from ..use_cases.workflow import Workflow  # noqa: TID252


class Watcher:
    """Knows of each application the state that the stream told last. It looks now and then."""

    def __init__(self, workflow: Workflow) -> None:
        self._watch = WatchApplications(
            workflow.store, workflow.offices, workflow, workflow.now, workflow.new_id, 0.0
        )
        self._position: WatchPosition | None = None
        self.states: dict[str, ApplicationState] = {}

    async def looks(self) -> None:
        """Resume the stream, up to the next bookmark."""
        async for details, position in self._watch(WatchFilter(), self._position):
            self._position = position
            if details is None:
                return
            self.states[details.case.id] = details.case.state
