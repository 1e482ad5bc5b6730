"""One transaction over everything that is kept."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from issuance.use_cases.case_records import Cases, Notices, Tasks
from issuance.use_cases.plan_records import Outages, Plans
from issuance.use_cases.work_records import OutboxBacklog, Watches


class Records(Protocol):
    """Everything kept, as one transaction sees it."""

    @property
    def cases(self) -> Cases:
        """Cases, history, fingers."""
        ...

    @property
    def work(self) -> OutboxBacklog:
        """The outbox."""
        ...

    @property
    def tasks(self) -> Tasks:
        """Examiners' tasks."""
        ...

    @property
    def outages(self) -> Outages:
        """Outages and who waits for them."""
        ...

    @property
    def notices(self) -> Notices:
        """What people were told."""
        ...

    @property
    def plans(self) -> Plans:
        """What plans are made from."""
        ...

    @property
    def watches(self) -> Watches:
        """How far the printers were heard."""
        ...


class Transactions(Protocol):
    """Where transactions come from."""

    def begin(self) -> AbstractAsyncContextManager[Records]:
        """One that writes, committed at the end of the block."""
        ...

    def read(self) -> AbstractAsyncContextManager[Records]:
        """One that sees one state of the database."""
        ...
