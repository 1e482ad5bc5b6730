"""Ground truth: which person is behind each id, as known to examiners and audit only."""

from collections.abc import Sequence

from harness.roles.counter import Case
from harness.world.population import Human


class GroundTruth:
    """Cases by application id, and the true person by the services' person id."""

    def __init__(self, on_record: Sequence[Human]) -> None:
        self.cases: dict[str, Case] = {}
        self._humans = {human.person_id: human.key for human in on_record}

    def add(self, case: Case) -> None:
        """Add a case that was taken in."""
        self.cases[case.application_id] = case
        self._humans.setdefault(case.person_id, case.applicant.human.key)

    def add_person(self, human: Human) -> None:
        """Add a person who is on record."""
        self._humans[human.person_id] = human.key

    def human(self, person_id: str) -> str:
        """Return the key of the true person; of somebody whom others put on record, the id."""
        return self._humans.get(person_id, person_id)
