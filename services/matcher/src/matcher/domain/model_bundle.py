"""Which bundles of models serve, are prepared, or are kept to go back to?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

PACKAGED = "packaged"
"""Name of the bundle that comes with the matcher; others are folders."""
SEEN_RECENTLY = timedelta(seconds=6)
"""A replica that has not said for longer how far it is, is not waited for."""
GONE_AFTER = timedelta(minutes=5)
"""A replica that has said nothing for longer is taken for ended, and not told of any more."""


class BundleState(StrEnum):
    """What becomes of a bundle.

    EMBEDDING: one replica computes the embeddings of stored templates. LOADING: every replica makes
    its index. KEPT: it served before, and every replica still has its index.
    """

    SERVING = "SERVING"
    EMBEDDING = "EMBEDDING"
    LOADING = "LOADING"
    KEPT = "KEPT"


@dataclass(frozen=True, slots=True)
class StoredBundle:
    """What the database says of a bundle.

    versions: of all its models; another folder of this name is refused. operation_id: of the
    migration that prepares or prepared it. since: when its state last changed, real time.
    """

    name: str
    versions: str
    state: BundleState
    operation_id: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Bundles:
    """The bundle that serves, and another one if there is one.

    serving: None if nothing but the packaged one ever did.
    """

    serving: StoredBundle | None = None
    other: StoredBundle | None = None

    @property
    def serving_name(self) -> str:
        """Name of the bundle that serves."""
        return PACKAGED if self.serving is None else self.serving.name

    @property
    def prepared(self) -> StoredBundle | None:
        """The other bundle, unless it is kept."""
        other = self.other
        return None if other is None or other.state is BundleState.KEPT else other


@dataclass(frozen=True, slots=True)
class BundleReport:
    """How far a replica is with a bundle that does not serve.

    share: of the index that is made, 0 to 1. problem: what keeps it from being ready, in words.
    is_rejected: whether the bundle failed its trial, so that no waiting helps. seen_at: real time.
    """

    replica: str
    bundle: str
    share: float
    is_ready: bool
    problem: str
    is_rejected: bool
    seen_at: datetime
