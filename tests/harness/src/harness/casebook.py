"""Which human being is behind each id: examiners and the audit know it, the services do not."""

from collections.abc import Sequence

from harness.roles.counter import Case
from harness.world.population import Human


class Casebook:
    """Cases by application, humans by the person id that the system knows them by."""

    def __init__(self, on_record: Sequence[Human]) -> None:
        self.cases: dict[str, Case] = {}
        self._humans = {human.person_id: human.key for human in on_record}

    def add(self, case: Case) -> None:
        """An application was taken in."""
        self.cases[case.application_id] = case
        self._humans.setdefault(case.person_id, case.applicant.human.key)

    def know(self, human: Human) -> None:
        """Somebody is on record."""
        self._humans[human.person_id] = human.key

    def human(self, person_id: str) -> str:
        """Who it really is; raises KeyError for an id nobody ever got."""
        return self._humans[person_id]
