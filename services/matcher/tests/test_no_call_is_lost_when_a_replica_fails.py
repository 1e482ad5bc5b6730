"""One of three matchers is killed, or stands still, under load: callers notice a delay, no more.

`make test-replicas` runs it, and shows how long the slowest call took.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from servicekit.grpc.client_channel import open_channel
from servicekit.security.identity import server_name

from services.databases import SERVER, execute

from .caller import hits
from .conftest import Callers, Matchers
from .matcher_process import Matcher
from .people import fingers, given
from .replica_load import Load

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not SERVER, reason="a SQLite file belongs to one process"),
]

PEOPLE = 60


@dataclass(frozen=True, slots=True)
class Failure:
    """How a replica fails. failpoint: where it does so by itself; else it is sent the signal."""

    number: signal.Signals
    failpoint: str = ""


FAILURES = {
    "killed": Failure(signal.SIGKILL),
    "frozen": Failure(signal.SIGSTOP),
    "killed within a change": Failure(signal.SIGKILL, "matcher.before_commit:40"),
    "frozen within a change": Failure(signal.SIGSTOP, "matcher.before_commit:40:stop"),
}


@pytest.fixture
def three(matchers: Matchers, database_url: str) -> Callable[[str], list[Matcher]]:
    """Starts three matchers over one database; the first may have failpoints."""

    def start(failpoints: str) -> list[Matcher]:
        # One that stood still for longer than the watchdog allows would end itself.
        shared = {"database_url": database_url, "watchdog_seconds": 600}
        first = matchers("first", **shared)
        key = first.folder / "master.key"
        others = [matchers(name, master_key_file=key, **shared) for name in ("second", "third")]
        return [first.start(failpoints=failpoints), *(each.start() for each in others)]

    return start


@pytest.mark.parametrize("name", FAILURES)
async def test_every_call_is_answered_and_everything_acknowledged_is_there(
    three: Callable[[str], list[Matcher]],
    callers: Callers,
    database_url: str,
    someone: int,
    name: str,
) -> None:
    failure = FAILURES[name]
    failing, *others = three(failure.failpoint)
    addresses = ",".join(each.address for each in (failing, *others))
    channel = open_channel(
        f"ipv4:{addresses}",
        failing.identity(),
        server_name=server_name("matcher", "national", "id"),
    )
    load = Load(channel, lambda: _has_failed(failing))

    def fail_in_the_middle(enrolled: int) -> None:
        if not failure.failpoint and enrolled >= PEOPLE and not _has_failed(failing):
            os.kill(failing.pid, failure.number)

    await load.run(someone, PEOPLE, fail_in_the_middle)
    lost = await load.lost()
    await channel.close()
    print(f"{name}: {load.figures()}; load of the machine {os.getloadavg()[0]:.0f}")

    assert (load.failed, load.missed, lost) == ([], [], [])
    assert _has_failed(failing)
    if failure.number is signal.SIGSTOP:
        os.kill(failing.pid, signal.SIGCONT)
        others.append(failing)
    for each in others:
        found = await callers(each).identify(given(fingers(someone, impression=3)))
        assert sorted(hits(found)) == [f"person-{someone}-0", f"person-{someone}-2"]
    count = "SELECT count(*) FROM encounters"
    assert await asyncio.to_thread(execute, database_url, count) == [(2 * PEOPLE,)]
    await asyncio.to_thread(others[0].command, "audit")


def _has_failed(matcher: Matcher) -> bool:
    """Whether its process has ended or was stopped."""
    status = Path(f"/proc/{matcher.pid}/status")
    return not matcher.is_alive() or "State:\tT" in status.read_text()
