import pytest
from printer.domain.errors import BadWatchToken
from printer.service import decode
from printer.service import encode_jobs as encode
from printer.use_cases.watch_print_jobs import WatchPosition, WatchPrintJobs

from .print_room import PrintRoom


async def _notice_restore(room: PrintRoom) -> None:
    async with room.store.begin() as records:
        await records.restores.notice("restored", room.operator())


async def test_a_position_from_before_it_is_refused(room: PrintRoom) -> None:
    await room.print()
    await _notice_restore(room)
    await room.print()

    with pytest.raises(BadWatchToken):
        await anext(WatchPrintJobs(room.store, room.signal, 3.0)(WatchPosition(0, 1)))


async def test_a_stream_ends_when_it_is_noticed(room: PrintRoom) -> None:
    await room.print()
    stream = WatchPrintJobs(room.store, room.signal, 3.0)()
    await anext(stream)
    await _notice_restore(room)

    with pytest.raises(BadWatchToken):
        await anext(stream)


async def test_a_stream_from_the_beginning_is_resumed_afterwards(room: PrintRoom) -> None:
    first, second = await room.print(), await room.print()
    await _notice_restore(room)

    job, position = await anext(WatchPrintJobs(room.store, room.signal, 3.0)())
    resumed, _ = await anext(WatchPrintJobs(room.store, room.signal, 3.0)(position))

    assert job is not None
    assert resumed is not None
    assert [job.job_id, resumed.job_id] == [first.job_id, second.job_id]


@pytest.mark.parametrize(
    ("position", "token"),
    [(WatchPosition(0, 7), "Nw=="), (WatchPosition(1541390400, 7), "MTU0MTM5MDQwMC83")],
)
def test_a_token_holds_a_position(position: WatchPosition, token: str) -> None:
    assert encode.watch_position(position) == token
    assert decode.watch_position(token) == position
