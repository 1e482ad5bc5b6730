"""A modelled matcher: good for so many identifications a second, and away now and then."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from random import Random

from issuance.domain.adjudication_referral import Candidate, IdentificationOutcome
from issuance.domain.identification_request import IdentificationRequest
from issuance.domain.outbox import OutboxTask
from issuance.use_cases.ports import MatcherDecision, Unavailable

_AT_A_TIME = 4
_MOST_WAITING = 16
_RETRY_AFTER = timedelta(seconds=1)
_CALL_TIMEOUT = 20.0
_REFUSED_AFTER = 0.01
# Usual rates of true duplicates and of false alarms together.
_HITS = 0.0036


class ModelledMatcher:
    """Answers as the real one does, in virtual time.

    begun: when each call was made, seconds. away: when it was away. stored: request ids under
    which each encounter was stored; more than one would be a double.
    """

    def __init__(self, chance: Random, per_second: float, time: Callable[[], float]) -> None:
        self.begun: list[float] = []
        self.away: list[tuple[float, float]] = []
        self.stored: dict[str, set[str]] = defaultdict(set)
        self.is_away = self._hangs = False
        self._chance = chance
        self._seconds_each = _AT_A_TIME / per_second
        self._time = time
        self._places = asyncio.Semaphore(_AT_A_TIME)
        self._waiting = 0

    @property
    def doubled(self) -> int:
        """Encounters that were stored more than once."""
        return sum(len(requests) > 1 for requests in self.stored.values())

    async def fail(self, seconds: float, *, hangs: bool) -> None:
        """Be away so long: refuse connections, or take calls and never answer."""
        began = self._time()
        self.is_away, self._hangs = True, hangs
        await asyncio.sleep(seconds)
        self.is_away = False
        self.away.append((began, self._time()))

    async def enrol(
        self, task: OutboxTask, asked: IdentificationRequest, fingers: bytes
    ) -> MatcherDecision:
        """Store an encounter and identify it; repeated, it gives the same answer."""
        self.begun.append(self._time())
        if self.is_away:
            await self._say_nothing()
        if self._waiting >= _MOST_WAITING:
            raise Unavailable("OVERLOADED: the matcher has enough to do", _RETRY_AFTER)
        self._waiting += 1
        try:
            async with self._places:
                await asyncio.sleep(self._seconds_each * self._chance.uniform(0.75, 1.25))
        finally:
            self._waiting -= 1
        if self.is_away:  # it failed meanwhile: about half had been stored
            if self._chance.random() < 0.5:
                self.stored[task.case].add(task.request_id)
            await self._say_nothing()
        self.stored[task.case].add(task.request_id)
        return _decision(task.case)

    async def set_encounter_status(self, task: OutboxTask) -> None:
        """Set the status of an encounter."""
        assert task.case in self.stored

    async def _say_nothing(self) -> None:
        if self._hangs:
            await asyncio.sleep(_CALL_TIMEOUT)
            raise Unavailable("DEADLINE_EXCEEDED")
        await asyncio.sleep(_REFUSED_AFTER)
        raise Unavailable("UNAVAILABLE: connection refused")


def _decision(case: str) -> MatcherDecision:
    hit = Random(case).random() < _HITS
    candidates = (Candidate("P-1", 7.5),) if hit else ()
    outcome = IdentificationOutcome.HIT if hit else IdentificationOutcome.NO_HIT
    return MatcherDecision(
        f"decision {case}", outcome, candidates, "calibration-1", len(candidates)
    )
