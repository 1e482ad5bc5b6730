"""The facts that a demo run collects, of which report and summary are made."""

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """Number of people who applied on one day and collect on one day."""

    applied_on: date
    collect_on: date
    count: int


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of the run: how much was done, in how many seconds."""

    name: str
    count: int
    unit: str
    seconds: float

    @property
    def rate(self) -> float:
        """Return how much was done per second."""
        return self.count / self.seconds if self.seconds else 0.0

    def joined(self, other: "Phase") -> "Phase":
        """Return both phases as one."""
        seconds = self.seconds + other.seconds
        return Phase(self.name, self.count + other.count, self.unit, seconds)


@dataclass(frozen=True, slots=True)
class ProcessUsage:
    """Peak resident memory (bytes) and CPU time (seconds) of a process, restarts included."""

    peak_bytes: int
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Kill:
    """A `kill -9` of a service: what it was doing, and seconds until it served again."""

    service: str
    during: str
    seconds_away: float


@dataclass(frozen=True, slots=True)
class Check:
    """An expectation checked at the end of the run, and whether it holds."""

    what: str
    holds: bool
    found: str


@dataclass(frozen=True, slots=True)
class NoticeCount:
    """Number of notices of one kind sent on one day."""

    day: date
    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class NoticeText:
    """The text of one notice in both languages, and when it was sent."""

    at: datetime
    indonesian: str
    english: str


@dataclass(frozen=True, slots=True)
class ExaminedPrints:
    """Two fingerprints as an examiner saw them. png: both, matched minutiae joined by lines."""

    png: bytes
    matched: int
    score: float
    threshold: float
    people_searched: int


@dataclass(frozen=True, slots=True)
class Books:
    """Number of books by state at the end of the run."""

    received: int
    issued: int
    spoiled: int
    quarantined: int
    in_stock: int


@dataclass(slots=True, kw_only=True)
class Facts:
    """Everything found out during a run.

    Schedules are ordered by day of application, then by day of collection."""

    seed: int
    images: str = ""
    began: datetime
    as_it_was: list[ScheduleRow] = field(default_factory=list)
    as_it_would_have_been: list[ScheduleRow] = field(default_factory=list)
    announcement: NoticeText | None = None
    notice_counts: list[NoticeCount] = field(default_factory=list)
    notices: list[NoticeText] = field(default_factory=list)
    applications: int = 0
    collected: int = 0
    refused: int = 0
    honest_refused: int = 0
    planted: int = 0
    planted_adjudicated: int = 0
    planted_confirmed: int = 0
    false_alarms: int = 0
    false_alarms_cleared: int = 0
    renewals: int = 0
    own_record_first: int = 0
    real_images: int = 0
    images_submitted: int = 0
    recaptured: int = 0
    books: Books = Books(0, 0, 0, 0, 0)
    printed_twice: int = 0
    unknown_resolved: int = 0
    examined_prints: ExaminedPrints | None = None
    data_page: bytes = b""
    phases: list[Phase] = field(default_factory=list)
    kills: list[Kill] = field(default_factory=list)
    usage: dict[str, ProcessUsage] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    wall_seconds: float = 0.0

    @property
    def failed(self) -> list[Check]:
        """Return the checks that do not hold."""
        return [check for check in self.checks if not check.holds]
