"""GetStatus counts what the database and the index hold."""

from passport.matcher.v1 import admin_pb2, encounters_pb2

from .conftest import Callers, Matchers
from .people import fingers, given


async def test_numbers_are_those_of_the_database(
    matchers: Matchers, callers: Callers, someone: int
) -> None:
    matcher = matchers()
    matcher.start()
    caller = callers(matcher)
    await caller.enrol("one", fingers(someone))
    await caller.enrol("two", fingers(someone + 1), check=True)
    await caller.enrol("three", fingers(someone + 2, positions=[2]))
    await caller.set_status("three", encounters_pb2.ENCOUNTER_STATUS_INACTIVE)
    await caller.identify(given(fingers(someone + 3)))

    status = matcher.status()
    matcher.stop()
    matcher.start()
    later = matcher.status()

    assert status.level == admin_pb2.SERVICE_LEVEL_FULL
    assert not status.reason
    assert (status.people, status.fingers) == (2, 4)
    assert (status.latest_change, status.applied_change) == (4, 4)
    assert (status.pending_encounters, status.decisions) == (1, 2)
    assert status.oldest_pending.ToNanoseconds() > 0
    assert status.index_bytes >= 4 * 512
    assert (status.snapshot_change, later.snapshot_change) == (0, 4)
    assert (status.has_snapshot, later.has_snapshot) == (False, True)
    assert (later.people, later.fingers, later.database_epoch) == (2, 4, status.database_epoch)
