"""What the use cases need of a database about outages and plans."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from issuance.domain.office import Machines
from issuance.domain.outage import Outage, Scope
from issuance.use_cases.kept import (
    KeptOutage,
    Link,
)


class Outages(Protocol):
    """Outages, and who waits for them."""

    async def add(self, kept: KeptOutage) -> None:
        """A new one."""
        ...

    async def get(self, outage: str) -> KeptOutage:
        """Raises OutageNotFound."""
        ...

    async def save(self, kept: KeptOutage) -> None:
        """Its end, mostly."""
        ...

    async def newest(self, limit: int, open_only: bool) -> Sequence[KeptOutage]:
        """Newest first."""
        ...

    async def lasting(self) -> Mapping[str, Outage]:
        """Those without an end by id, oldest first."""
        ...

    async def reaching(self, office: str) -> Sequence[Outage]:
        """All that an office suffers or suffered from."""
        ...

    async def of_scope(self, scope: Scope, office: str) -> Sequence[Outage]:
        """All of one scope and office, past ones too."""
        ...

    async def link(self, outage: str, case: str, since: datetime) -> None:
        """The case waits for it; once is enough."""
        ...

    async def link_waiting(self, kept: KeptOutage) -> None:
        """Link everybody who waits for it now, from its beginning or the beginning of the wait."""
        ...

    async def links(self, cases: Collection[str]) -> Mapping[str, Sequence[Link]]:
        """What each case waited or waits for."""
        ...


class Plans(Protocol):
    """What plans are made from, and when they were last asked."""

    async def touch(self, offices: Collection[str]) -> None:
        """Something happened that may change the plans of these offices."""
        ...

    async def asked_at(self, office: str) -> datetime:
        """When the notices that were due were last sent."""
        ...

    async def changes(self) -> Mapping[str, int]:
        """How often something happened that may change an office's plan, by office."""
        ...

    async def asked(self, office: str, at: datetime) -> None:
        """The notices that were due at this time are sent."""
        ...

    async def machines(self, office: str) -> list[Machines]:
        """By day."""
        ...

    async def set_machines(self, office: str, machines: Machines) -> None:
        """From a day on; what was said of that day before is replaced."""
        ...

    async def open(self, office: str, machines: Machines, now: datetime) -> None:
        """Begin to plan for an office; nothing happens if it was begun before."""
        ...
