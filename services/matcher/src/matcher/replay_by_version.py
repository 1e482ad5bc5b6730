"""By which models is a recorded decision made again? By those that made it, if installed."""

import asyncio

from matcher.bootstrap import (
    ServingModels,
    StoreAndIndex,
    make_replay,
    model_bundles,
    with_passing_index,
)
from matcher.config import Settings
from matcher.domain.decision import Decision
from matcher.domain.replay import Replay
from matcher.models import ModelBundle
from matcher.use_cases.replay_decision import ReplayDecision, other_version


class ReplayByVersion:
    """Makes decisions again, each by the bundle of models that made it.

    Other bundles than the one that serves are read when the first decision of another is met, and
    each then has an index of its own, of which nothing is left afterwards: what was discarded stays
    so. A decision whose bundle is not installed is not made again:
    the result is OTHER_MODELS, with the version that is missing.
    """

    def __init__(self, settings: Settings, base: StoreAndIndex, serving: ServingModels) -> None:
        self._settings = settings
        self._base = base
        self._serving = serving
        self._replays = {serving.bundle: make_replay(settings, base, serving.models)}
        self._others: dict[str, ModelBundle] | None = None

    async def __call__(self, decision: Decision) -> Replay:
        """Return whether a decision comes out again."""
        return await (await self._replay_of(decision))(decision)

    async def _replay_of(self, decision: Decision) -> ReplayDecision:
        if other_version(decision, self._serving.models.versions):
            if self._others is None:
                installed = model_bundles(self._settings)
                self._others = await asyncio.to_thread(installed.load_others, self._serving.bundle)
            for bundle, models in self._others.items():
                if not other_version(decision, models.versions):
                    if bundle not in self._replays:
                        self._replays[bundle] = self._made(models)
                    return self._replays[bundle]
        return self._replays[self._serving.bundle]

    def _made(self, models: ModelBundle) -> ReplayDecision:
        pool = self._base.index_pools[1]
        base = with_passing_index(self._base, models, pool)
        return make_replay(self._settings, base, models)
