"""A matcher as far as issuance reconciles with it: its epoch, changes and encounters."""

from issuance.domain.encounter_change import EncounterStatus
from issuance.domain.matcher_restore import EncounterFound, MatcherPast
from issuance.use_cases.ports import Unavailable

from .workflow import Workflow


class RememberingMatcher:
    """Answers what a test says it remembers. asked: encounter ids, in order."""

    def __init__(self) -> None:
        self.epoch = "epoch-1"
        self.latest_change = 100
        self.encounters: dict[str, EncounterFound] = {}
        self.asked: list[str] = []
        self.is_off = False
        self.answers_left = 1_000_000

    def has(
        self, encounter: str, status: EncounterStatus = EncounterStatus.ACTIVE, person: str = ""
    ) -> None:
        """Remember an encounter."""
        self.encounters[encounter] = EncounterFound(status, person)

    async def past(self) -> MatcherPast:
        if self.is_off:
            raise Unavailable("it is off")
        return MatcherPast(self.epoch, self.latest_change)

    async def find_encounter(self, encounter_id: str) -> EncounterFound | None:
        if self.is_off or not self.answers_left:
            raise Unavailable("it is off")
        self.answers_left -= 1
        self.asked.append(encounter_id)
        return self.encounters.get(encounter_id)


async def is_identified(workflow: Workflow) -> str:
    """An application is taken in and identified, and the matcher has its status."""
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.sets_statuses()
    return id


async def is_restored(workflow: Workflow, matcher: RememberingMatcher) -> None:
    """The matcher is restored with what it remembers now, and issuance compares."""
    matcher.epoch += "'"
    await workflow.watches(matcher)
