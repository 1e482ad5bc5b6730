"""A gallery in memory that is searched by the code that serves, without a database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

from servicekit.process.clock import SystemClock
from servicekit.process.worker_pool import WorkerPool

from matcher.bootstrap import search_depth
from matcher.config import Settings
from matcher.domain.change_token import ChangeToken
from matcher.domain.decision import Decision, DecisionKind, DecisionRequest
from matcher.domain.finger_source import Probe
from matcher.domain.index_entry import FingerFeatures, IndexEntry
from matcher.domain.shortlist import SearchDepth, SearchScope, Shortlist
from matcher.index.memory_index import MemoryIndex
from matcher.index.segment_folder import SegmentFolder
from matcher.models import ModelBundle
from matcher.use_cases.make_decision import DecisionMaker
from matcher.use_cases.search import Search

DEFAULTS = Settings.model_construct()
"""The settings of a service where nothing is set."""
_EVERYBODY = SearchScope()
_MAX_CANDIDATES = 10
_PATIENCE_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The decision of a search, and whom it compared.

    shortlisted: persons compared at the stated positions. compared: these, and those compared at
    other positions, because nobody was a hit.
    """

    decision: Decision
    shortlisted: frozenset[str]
    compared: frozenset[str]

    def score_of(self, person_id: str) -> float:
        """Return the score of a candidate, -inf if the person is none."""
        scores = {each.person_id: each.score for each in self.decision.candidates}
        return scores.get(person_id, -float("inf"))

    @property
    def best_score(self) -> float:
        """The score of the best candidate, -inf if there is none."""
        return max((each.score for each in self.decision.candidates), default=-float("inf"))

    @property
    def best_person(self) -> str | None:
        """The id of the best candidate, None if there is none."""
        return next((each.person_id for each in self.decision.candidates), None)


class SearchedGallery:
    """People in the index that serves, by which a search decides as in service by its defaults.

    depth: how many persons pass each step of a search. snapshot_file: beside which segments of the
    index are sealed, as in service; None to keep all in memory.
    """

    def __init__(
        self, models: ModelBundle, workers: int, snapshot_file: Path | None = None
    ) -> None:
        self.index = MemoryIndex(ChangeToken("at-size", 0))
        self.depth = search_depth(DEFAULTS)
        self._segments = None if snapshot_file is None else SegmentFolder(snapshot_file)
        self._pool = WorkerPool(workers, DEFAULTS.max_queued_work)
        self._models = models
        self._decision_maker = DecisionMaker(
            models, SystemClock(), lambda: uuid4().hex, DEFAULTS.max_predicted_fnir
        )

    def enrol(self, entries: Sequence[IndexEntry]) -> None:
        """Add people to the gallery; those of the same encounters are replaced."""
        last = max((entry.added_by_change for entry in entries), default=0)
        token = self.index.change_token
        self.index.update((), entries, replace(token, number=max(token.number, last)))
        if self._segments is not None:
            self.index.compact(self._segments)

    def remove(self, person_ids: Iterable[str]) -> None:
        """Remove people from the gallery, who are enrolled under these ids."""
        self.index.update(person_ids, ())

    async def search(self, probe: Probe, scope: SearchScope = _EVERYBODY) -> SearchResult:
        """Search for the person of a probe, at the FPIR that the service aims at by default.

        One search of its own remembers whom it compares, so several may run at once.
        """
        recording = _RecordingIndex(self.index, self._pool)
        search = Search(recording, self._pool, self._models, self._decision_maker, self.depth)
        request = DecisionRequest(
            DecisionKind.IDENTIFY, "at-size", "", DEFAULTS.target_fpir, _MAX_CANDIDATES
        )
        decision = await search(request, probe, scope, seconds_left=_PATIENCE_SECONDS)
        return SearchResult(
            decision, frozenset(recording.shortlisted), frozenset(recording.compared)
        )

    def close(self) -> None:
        """End the threads in which searches run."""
        self._pool.close()


@dataclass(frozen=True, slots=True)
class _RecordingIndex:
    """The index for one search, which remembers whom it shortlists. It follows no database."""

    index: MemoryIndex
    pool: WorkerPool
    shortlisted: set[str] = field(default_factory=set)
    compared: set[str] = field(default_factory=set)

    async def search(
        self,
        probe: Mapping[int, FingerFeatures],
        scope: SearchScope,
        depth: SearchDepth,
        *,
        any_position: bool = False,
        also: Sequence[str] = (),
        seconds_left: float,
    ) -> Shortlist:
        found = await self.pool.run(
            self.index.search, probe, scope, depth, any_position=any_position, also=also
        )
        persons = {each.person_id or "" for each in found.persons}
        self.compared.update(persons)
        if not any_position:
            self.shortlisted.update(persons)
        return found
