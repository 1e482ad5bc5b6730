"""How does a replica make a bundle of models ready beside the one that serves?"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from servicekit.errors import DomainError
from servicekit.process.failpoint import failpoint

from matcher.domain.errors import BundleRejected
from matcher.domain.model_bundle import BundleState, StoredBundle
from matcher.use_cases.loaded_bundle import LoadedBundle
from matcher.use_cases.readiness import Readiness, ServiceLevel

_RETRY_SECONDS = 5.0

_log = structlog.get_logger(__name__)

LoadBundle = Callable[[StoredBundle, LoadedBundle], Awaitable[LoadedBundle]]
"""Reads the files of a bundle, whose index is then not loaded yet, beside the one that serves."""
CareForBundle = Callable[[LoadedBundle, Readiness], Awaitable[None]]
"""Keeps the index of a bundle at the state of the database, and its files, until cancelled.

The readiness gets the level that the bundle works at.
"""
TrialOfBundle = Callable[[LoadedBundle, LoadedBundle], Awaitable[None]]
"""Compares the bundle that serves with one whose index is loaded. Raises BundleRejected."""


@dataclass(frozen=True, slots=True)
class BundleWork:
    """What is done with a bundle, by whoever knows how."""

    load: LoadBundle
    care_for: CareForBundle
    try_bundle: TrialOfBundle


class BundlePreparation:
    """Makes the index of a bundle that does not serve, tries it, and then keeps it up to date.

    bundle: None until its files were read. is_tried: whether it may serve. share: of its index that
    is made, 0 to 1. is_rejected: whether the trial failed, and is not made again.
    """

    def __init__(
        self,
        stored: StoredBundle,
        work: BundleWork,
        serving: LoadedBundle,
        ready: LoadedBundle | None = None,
    ) -> None:
        """Begin. ready: the bundle, if it is ready already, as one that has just served is."""
        self.stored = stored
        self.bundle = ready
        self.is_tried = ready is not None
        self.share = 1.0 if self.is_tried else 0.0
        self.is_rejected = False
        self._problem = ""
        # Until the care for its index, which begins when it is tried, finds otherwise.
        self._readiness = Readiness(ServiceLevel.FULL, "")
        self._work = work
        self._serving = serving
        self._embedded = asyncio.Event()
        self.follow(stored)
        self._task = asyncio.create_task(self._run())

    @property
    def is_ready(self) -> bool:
        """Whether the bundle may serve, and its index answers: it may be loaded anew first."""
        return (
            self.is_tried
            and self.bundle is not None
            and not self.bundle.index.doubt
            and self._readiness.level is ServiceLevel.FULL
        )

    @property
    def problem(self) -> str:
        """What keeps it from being ready, in words."""
        return self._readiness.reason if self.is_tried else self._problem

    def is_of(self, stored: StoredBundle) -> bool:
        """Return whether this is the preparation that the database wants."""
        before = self.stored
        if self.is_rejected and stored.operation_id != before.operation_id:
            return False  # somebody tries it again
        return (stored.name, stored.versions) == (before.name, before.versions)

    def follow(self, stored: StoredBundle) -> None:
        """Take note of the state that the database has the bundle in now."""
        self.stored = stored
        if stored.state is not BundleState.EMBEDDING:
            self._embedded.set()

    async def end(self) -> None:
        """End what is done with the bundle, which stays as it is."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def give_up(self) -> None:
        """End what is done with the bundle, and what holds its index outside of this process."""
        await self.end()
        if self.bundle is not None:
            await self.bundle.index.close()

    async def _run(self) -> None:
        while not self.is_tried:
            try:
                await self._make_ready()
            except BundleRejected as rejected:
                self._problem, self.is_rejected = rejected.message, True
                return
            except Exception as error:
                _log.warning("bundle_not_ready", bundle=self.stored.name, exc_info=error)
                self._problem = error.message if isinstance(error, DomainError) else repr(error)
                await asyncio.sleep(_RETRY_SECONDS)
        if self.bundle is not None:
            await self._work.care_for(self.bundle, self._readiness)

    async def _make_ready(self) -> None:
        bundle = self.bundle = self.bundle or await self._work.load(self.stored, self._serving)
        self._problem = ""
        await self._embedded.wait()
        if self.stored.state is BundleState.KEPT:
            await bundle.index.catch_up()
        else:
            await bundle.index.load(self._note_share, self._serving.index.state())
            await bundle.index.catch_up()  # or load it anew, if it was doubted meanwhile
            failpoint("matcher.migrate_model.before_trial")
            await self._work.try_bundle(self._serving, bundle)
        self.share, self.is_tried = 1.0, True

    async def _note_share(self, share: float) -> None:
        self.share = share
        failpoint("matcher.migrate_model.while_loading")
