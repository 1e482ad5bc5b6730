import asyncio
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest
from prometheus_client.core import GaugeMetricFamily, Metric
from servicekit.process.metrics import metrics_read_by, serve_metrics


@pytest.fixture
def address(unused_tcp_port_factory: Callable[[], int]) -> str:
    address = f"127.0.0.1:{unused_tcp_port_factory()}"
    serve_metrics(address)
    return address


async def scrape(address: str) -> str:
    page = await asyncio.to_thread(urllib.request.urlopen, f"http://{address}/metrics", timeout=10)
    text: str = page.read().decode()
    return text


async def test_each_scrape_sees_the_present_value(address: str) -> None:
    values = iter([3, 4])

    async def read() -> list[Metric]:
        return [GaugeMetricFamily("books", "Books", value=next(values))]

    with metrics_read_by(read):
        assert "\nbooks 3.0\n" in await scrape(address)
        assert "\nbooks 4.0\n" in await scrape(address)

    assert "books" not in await scrape(address)


async def test_a_scrape_fails_when_the_values_cannot_be_read(address: str) -> None:
    async def read() -> list[Metric]:
        raise RuntimeError("no database")

    with metrics_read_by(read), pytest.raises((urllib.error.HTTPError, OSError)):
        await scrape(address)
