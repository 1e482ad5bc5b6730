"""Is this who they say?"""

from dataclasses import dataclass

from servicekit.pool import Pool

from matcher.domain.decision import Kind, Question, Recorded
from matcher.domain.enrolment import Origin
from matcher.domain.errors import NoCommonFinger
from matcher.domain.probe import GivenSamples, Probe
from matcher.use_cases.contest import Contender, Impression, contest
from matcher.use_cases.judge import Judge
from matcher.use_cases.keeping import Keep
from matcher.use_cases.ports import Store
from matcher.use_cases.prepared import PreparedFingers
from matcher.use_cases.probing import Probing
from matcher.use_cases.readiness import Level, Readiness
from matcher.use_cases.search import contender, prepare_side


@dataclass(frozen=True, slots=True)
class Verify:
    """Compares two sides; needs no index. target_fmr: where the caller asks for none."""

    store: Store
    probing: Probing
    prepared: PreparedFingers
    pool: Pool
    judge: Judge
    readiness: Readiness
    target_fmr: float

    async def __call__(
        self,
        left: Probe,
        right: Probe,
        target_fmr: float | None,
        origin: Origin,
        keep: Keep[Recorded],
    ) -> Recorded:
        """The decision; its one candidate is the right side.

        Raises what Probing raises, NoCommonFinger, NotReady.
        """
        self.readiness.require(Level.VERIFY_ONLY)
        side = await self.probing.side(left, "left")
        other = await self._contender(right)
        question = Question(
            Kind.VERIFY, origin.caller, origin.request_id, target_fmr or self.target_fmr, 1
        )
        threshold = self.judge.threshold(question, 1)
        probe = await self.pool.run(prepare_side, side)
        candidates = await self.pool.run(contest, probe, [other], threshold=threshold, most=1)
        if not candidates:
            raise NoCommonFinger("the two sides have no finger in common")
        async with self.store.write() as records:
            decision = self.judge.decide(
                question,
                side,
                candidates,
                threshold=threshold,
                people=1,
                compared=1,
                change=await records.changes.head(),
            )
            recorded = await records.decisions.append(decision)
            await keep(records, recorded)
        return recorded

    async def _contender(self, right: Probe) -> Contender:
        if isinstance(right, GivenSamples):
            fingers = await self.pool.run(prepare_side, await self.probing.side(right, "right"))
            return Contender(
                None, False, {position: [Impression(None, f)] for position, f in fingers.items()}
            )
        person = await self.probing.stored(right, "right")
        return contender(person, await self.prepared.get(person.encounter_ids))
