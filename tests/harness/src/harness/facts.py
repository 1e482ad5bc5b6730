"""What a run of the demo found out: everything the report and the summary say comes from here."""

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Row:
    """So many people who applied on one day and collect on one day."""

    applied: date
    collect: date
    count: int


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the run: so much of something in so many seconds."""

    name: str
    count: int
    unit: str
    seconds: float

    @property
    def rate(self) -> float:
        """Per second."""
        return self.count / self.seconds if self.seconds else 0.0

    def joined(self, other: "Phase") -> "Phase":
        """Both as one."""
        seconds = self.seconds + other.seconds
        return Phase(self.name, self.count + other.count, self.unit, seconds)


@dataclass(frozen=True, slots=True)
class Use:
    """What a process used over all its lives: peak resident bytes, seconds of processor time."""

    peak_bytes: int
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Kill:
    """A `kill -9`: of whom, in the middle of what, and seconds until it served again."""

    service: str
    during: str
    seconds_away: float


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold at the end, and whether it does."""

    what: str
    holds: bool
    found: str


@dataclass(frozen=True, slots=True)
class Told:
    """So many notices of a kind sent on a day."""

    day: date
    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class NoticeText:
    """The words of one notice."""

    at: datetime
    indonesian: str
    english: str


@dataclass(frozen=True, slots=True)
class Prints:
    """A pair of prints as an examiner saw it; png: both, matched minutiae joined."""

    png: bytes
    matched: int
    score: float
    threshold: float
    people_searched: int


@dataclass(frozen=True, slots=True)
class Books:
    """Blank books at the end, by what became of them."""

    received: int
    issued: int
    spoiled: int
    quarantined: int
    in_stock: int


@dataclass(slots=True, kw_only=True)
class Facts:
    """Filled while the demo runs. Schedules are ordered by day of application, then collection."""

    seed: int
    images: str = ""
    began: datetime
    as_it_was: list[Row] = field(default_factory=list)
    as_it_would_have_been: list[Row] = field(default_factory=list)
    announcement: NoticeText | None = None
    told: list[Told] = field(default_factory=list)
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
    pictures_submitted: int = 0
    recaptured: int = 0
    books: Books = Books(0, 0, 0, 0, 0)
    printed_twice: int = 0
    unknown_resolved: int = 0
    prints: Prints | None = None
    data_page: bytes = b""
    phases: list[Phase] = field(default_factory=list)
    kills: list[Kill] = field(default_factory=list)
    use: dict[str, Use] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    wall_seconds: float = 0.0

    @property
    def failed(self) -> list[Check]:
        """The checks that do not hold."""
        return [check for check in self.checks if not check.holds]
