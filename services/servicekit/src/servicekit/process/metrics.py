"""Prometheus metrics: served over HTTP, and read anew from the service for each scrape."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager

from prometheus_client import start_http_server
from prometheus_client.core import REGISTRY, Metric
from prometheus_client.registry import Collector

# Below the ten seconds after which Prometheus gives up a scrape by default.
_READ_TIMEOUT_SECONDS = 8.0

ReadMetrics = Callable[[], Awaitable[Iterable[Metric]]]


def serve_metrics(address: str) -> None:
    """Serve Prometheus metrics at http://<address>/metrics, address being host:port.

    Runs in a thread of its own until the process ends.
    """
    host, _, port = address.rpartition(":")
    start_http_server(int(port), host)


@contextmanager
def metrics_read_by(read: ReadMetrics) -> Iterator[None]:
    """While the block runs, have ``read`` called on this event loop for each scrape.

    A scrape fails, and so shows at Prometheus as `up == 0`, when ``read`` raises or takes longer
    than 8 seconds: no old figure is ever passed off as a present one.
    """
    collector = _Collector(read, asyncio.get_running_loop())
    REGISTRY.register(collector)
    try:
        yield
    finally:
        REGISTRY.unregister(collector)


class _Collector(Collector):
    """Calls a coroutine of the event loop from the thread that answers a scrape."""

    def __init__(self, read: ReadMetrics, loop: asyncio.AbstractEventLoop) -> None:
        self._read = read
        self._loop = loop

    def describe(self) -> Iterable[Metric]:
        # Otherwise registration would collect, and wait for the event loop that it runs on.
        return []

    def collect(self) -> Iterable[Metric]:
        future = asyncio.run_coroutine_threadsafe(_awaited(self._read), self._loop)
        return future.result(_READ_TIMEOUT_SECONDS)


async def _awaited(read: ReadMetrics) -> Iterable[Metric]:
    return await read()
