"""Maintenance windows of machines: when a machine is not to be given jobs."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from servicekit.errors import InvalidRequest

from printer.domain.attribution import Attribution
from printer.domain.machine_selection import MachineCapacity


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceWindow:
    """From starts_at on and before ends_at (business time) the machine is to have no job.

    reason: for people. by: who scheduled it, and when.
    """

    window_id: str
    machine_id: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    by: Attribution

    def require_ahead(self) -> None:
        """Raise InvalidRequest unless it ends after it begins and after it was scheduled."""
        if self.ends_at <= self.starts_at:
            raise InvalidRequest("the window ends before it begins", field="ends_at")
        if self.ends_at <= self.by.at:
            raise InvalidRequest("the window is over already", field="ends_at")

    def includes(self, moment: datetime) -> bool:
        """Return whether the moment is within the window."""
        return self.starts_at <= moment < self.ends_at


def current_window(windows: Iterable[MaintenanceWindow], now: datetime) -> MaintenanceWindow | None:
    """Return the one of a machine's windows that ends last of those that include now."""
    current = [window for window in windows if window.includes(now)]
    return max(current, key=lambda window: window.ends_at, default=None)


def before_maintenance(
    capacities: Iterable[MachineCapacity],
    windows: Mapping[str, Sequence[MaintenanceWindow]],
    now: datetime,
) -> list[MachineCapacity]:
    """Return the capacities with the time that each machine has until its maintenance.

    windows: those that are not over, by machine.
    """
    return [
        replace(
            each, seconds_until_maintenance=_seconds_until(windows.get(each.machine_id, ()), now)
        )
        for each in capacities
    ]


def _seconds_until(windows: Iterable[MaintenanceWindow], now: datetime) -> float:
    return min(
        (max((window.starts_at - now).total_seconds(), 0.0) for window in windows),
        default=math.inf,
    )
