"""How are shards of the index placed on machines and started anew? By Ray, as its actors.

Ray comes with the extra ``ray`` of the package. Nothing else imports it, and this only when it is
to be started.
"""

import asyncio
import os
import pickle
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from servicekit.process.settings import MEBIBYTE

from matcher.config import Settings
from matcher.domain.errors import NotReady
from matcher.domain.person_part import parts_of
from matcher.replicated_shard import ReplicatedShard
from matcher.shard_connection import ShardReader
from matcher.shard_process import ShardProcess
from matcher.shard_replica import ShardEnded

_THIS_MACHINE = "127.0.0.1"
_TOKEN_BYTES = 32
_START_SECONDS = 240
"""That Ray's first process may take to start: 30 by default, too few on a busy machine."""
_CPUS_OF_A_SHARD = 0.5
"""While models change there are two sets of shards, of which one is searched."""
_RETRY_AFTER = timedelta(seconds=1)

PlaceShards = Callable[[str, str], list[ReplicatedShard]]
"""Places all shards of the index of a bundle of models, by its name and versions; not loaded."""


@asynccontextmanager
async def ray_shards(settings: Settings) -> AsyncIterator[PlaceShards]:
    """Start Ray, or join the cluster that is running, and yield what places shards there.

    Shards that are not closed by then end with it. Raises ValueError if it is not installed,
    RuntimeError or ConnectionError if it cannot start.
    """
    # In a thread: in the main one Ray would handle the signals that end the service.
    ray = await asyncio.to_thread(_start, settings)
    try:
        actor: Any = ray.remote(ShardProcess).options(
            num_cpus=_CPUS_OF_A_SHARD,
            max_restarts=-1,
            max_task_retries=0,
            scheduling_strategy="SPREAD",
        )
        content = settings.model_dump_json()
        replicas = range(1, settings.shard_replicas + 1)

        def place(bundle: str, versions: str) -> list[ReplicatedShard]:
            return [
                ReplicatedShard(
                    part,
                    [
                        RayProcess(actor.remote(content, bundle, versions, part, replica))
                        for replica in replicas
                    ],
                )
                for part in parts_of(settings.index_shards)
            ]

        yield place
    finally:
        await asyncio.to_thread(ray.shutdown)


def _start(settings: Settings) -> Any:
    """Return the package, started. It reads these variables when it is imported."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_worker_niceness", "0")  # 15 by default: searches would stand still
    os.environ.setdefault("RAY_gcs_server_port_wait_time_s", str(_START_SECONDS))
    # Under `uv run`, Ray would copy the working folder, and install the packages anew for an actor.
    os.environ["RAY_ENABLE_UV_RUN_RUNTIME_ENV"] = "0"
    if settings.ray_address is None:
        os.environ["RAY_AUTH_MODE"] = "token"
        if "RAY_AUTH_TOKEN_PATH" not in os.environ:
            os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(_TOKEN_BYTES))
        if settings.ray_interface == _THIS_MACHINE:
            # Else Ray replaces this address by another of the machine, and listens on all. It is
            # not about the system: Ray only asks here whether there may be other machines.
            os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    try:
        import ray
    except ImportError:
        raise ValueError("shard_engine ray needs the extra ray of passport-matcher") from None
    quiet: dict[str, Any] = {"log_to_driver": False, "configure_logging": False}
    if settings.ray_address is not None:
        ray.init(address=settings.ray_address, _node_ip_address=settings.ray_interface, **quiet)
        return ray
    ray.init(
        num_cpus=settings.index_shards * settings.shard_replicas,
        include_dashboard=False,
        object_store_memory=settings.ray_object_store_mebibytes * MEBIBYTE,
        _node_ip_address=settings.ray_interface,
        **quiet,
    )
    return ray


class RayProcess:
    """A `ShardProcess` that is an actor of Ray, which starts another when it ends."""

    def __init__(self, actor: Any) -> None:
        self._actor = actor
        self._reader = ShardReader(lambda: self._call("listen", _address_of_this_machine))

    async def ask(self, method: str, *arguments: Any) -> Any:
        """Return what a method of it returns; see `RemoteProcess.ask`."""
        try:
            if method == "read":
                return await self._reader.ask(pickle.dumps(arguments, pickle.HIGHEST_PROTOCOL))
            answer = await self._call(method, *arguments)
            if method == "catch_up":  # after which it is searched: so it has to be reached there
                await self._reader.connect()
            return answer
        except OSError as error:
            failure = f"not ready: a shard cannot be read: {error!r}"
            raise NotReady(failure, retry_after=_RETRY_AFTER) from error

    async def _call(self, method: str, *arguments: Any) -> Any:
        from ray.exceptions import RayError, RayTaskError

        try:
            return await getattr(self._actor, method).remote(*arguments)
        except RayTaskError as error:
            failure = f"not ready: a shard failed: {error.cause!r}"
            raise NotReady(failure, retry_after=_RETRY_AFTER) from error
        except RayError as error:
            raise ShardEnded("not ready: a shard has ended", retry_after=_RETRY_AFTER) from error

    def restart(self) -> None:
        """End it, though it may stand still; Ray starts another."""
        import ray

        ray.kill(self._actor, no_restart=False)

    def end(self) -> None:
        """End it for good, though it may stand still, or not have started yet."""
        import ray

        ray.kill(self._actor, no_restart=True)


def _address_of_this_machine() -> str:
    """Return the address by which Ray reaches this machine."""
    import ray

    return str(ray.util.get_node_ip_address())
