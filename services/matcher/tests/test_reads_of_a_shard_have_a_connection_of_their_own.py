"""A process of a shard is read by a connection of its own, which knows a token of that process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from matcher.domain.errors import NotReady
from matcher.shard_connection import (
    _MOST_ANSWERS,
    PORTS,
    ShardAddress,
    ShardConnection,
    ShardReader,
    ShardServer,
)

HERE = "127.0.0.1"
TIMEOUT_SECONDS = 60.0


@asynccontextmanager
async def _server(
    answer: Callable[[bytes], Awaitable[bytes]],
) -> AsyncIterator[tuple[ShardServer, ShardAddress]]:
    server = ShardServer(answer)
    try:
        yield server, await server.listen(HERE)
    finally:
        await server.close()


async def test_each_gets_its_answer_though_a_later_one_is_there_first() -> None:
    may_answer = asyncio.Event()

    async def answer(asked: bytes) -> bytes:
        if asked == b"slow":
            await may_answer.wait()
        return asked * 100_000

    async with _server(answer) as (_, address):
        connection = await ShardConnection.open(address)
        slow = asyncio.create_task(connection.ask(b"slow"))

        assert await connection.ask(b"fast") == b"fast" * 100_000
        may_answer.set()

        assert await slow == b"slow" * 100_000
        connection.close()


async def test_whoever_does_not_know_the_token_is_not_heard() -> None:
    heard = []

    async def answer(asked: bytes) -> bytes:
        heard.append(asked)
        return asked

    async with _server(answer) as (_, address):
        reader, writer = await asyncio.open_connection(address.host, address.port)
        writer.write(bytes(32))
        proof = await reader.readexactly(64)
        writer.write(proof[32:])  # what the process itself said proves nothing
        writer.write(bytes(8) + len(b"asked").to_bytes(8) + b"asked")

        assert await _rest(reader) == b""
        assert heard == []
        writer.close()


async def test_another_process_that_listens_there_is_not_asked() -> None:
    asked = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readexactly(32))
        writer.write(bytes(64))
        asked.append(await _rest(reader))
        writer.close()

    other = await asyncio.start_server(listen, HERE)
    port = other.sockets[0].getsockname()[1]
    with pytest.raises(ConnectionRefusedError, match="another process"):
        await ShardConnection.open(ShardAddress(HERE, port, bytes(32)))

    async with asyncio.timeout(TIMEOUT_SECONDS):
        while len(asked) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    other.close()
    assert asked[1] == b""


async def _rest(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


async def test_it_says_the_same_address_whenever_it_is_asked() -> None:
    async def answer(asked: bytes) -> bytes:
        return asked

    async with _server(answer) as (server, address):
        assert await server.listen(HERE) == address
        assert address.host == HERE


async def test_each_process_of_a_machine_has_a_port_of_those_that_the_firewall_lets_in() -> None:
    async def answer(asked: bytes) -> bytes:
        return asked

    async with _server(answer) as (_, one), _server(answer) as (_, other):
        assert one.port in PORTS
        assert other.port in PORTS
        assert one.port != other.port


async def test_who_waits_for_a_process_that_ends_is_told() -> None:
    is_asked = asyncio.Event()

    async def answer(asked: bytes) -> bytes:
        is_asked.set()
        await asyncio.Event().wait()
        return asked

    async with _server(answer) as (server, address):
        connection = await ShardConnection.open(address)
        waiting = asyncio.create_task(connection.ask(b"anything"))
        await is_asked.wait()

        await server.close()

        with pytest.raises(ConnectionError):
            await waiting
        assert connection.is_closed
        with pytest.raises(ConnectionError):
            await connection.ask(b"more")


async def test_an_answer_that_nobody_waits_for_any_more_disturbs_no_other() -> None:
    may_answer = asyncio.Event()

    async def answer(asked: bytes) -> bytes:
        if asked == b"slow":
            await may_answer.wait()
        return asked

    async with _server(answer) as (_, address):
        connection = await ShardConnection.open(address)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await connection.ask(b"slow")

        may_answer.set()

        assert await connection.ask(b"fast") == b"fast"
        connection.close()


async def test_so_many_answers_are_made_at_a_time_and_the_rest_after_them() -> None:
    running = most = 0
    may_answer = asyncio.Event()

    async def answer(asked: bytes) -> bytes:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await may_answer.wait()
        running -= 1
        return asked

    async with _server(answer) as (_, address), asyncio.timeout(TIMEOUT_SECONDS):
        connection = await ShardConnection.open(address)
        all_asked = [b"%d" % number for number in range(3 * _MOST_ANSWERS)]
        asking = [asyncio.create_task(connection.ask(each)) for each in all_asked]
        while running < _MOST_ANSWERS:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        may_answer.set()

        assert await asyncio.gather(*asking) == all_asked
        assert most == _MOST_ANSWERS
        connection.close()


async def test_what_cannot_be_answered_ends_the_connection() -> None:
    async def answer(asked: bytes) -> bytes:
        raise TypeError("cannot be pickled")

    async with _server(answer) as (_, address):
        connection = await ShardConnection.open(address)

        with pytest.raises(ConnectionError):
            await connection.ask(b"anything")


async def test_a_message_that_is_too_long_is_not_read() -> None:
    async def answer(asked: bytes) -> bytes:
        return asked

    async with _server(answer) as (_, address):
        connection = await ShardConnection.open(address)
        connection._writer.write(bytes(8) + b"\xff" * 8)

        with pytest.raises(ConnectionError):
            await connection.ask(b"anything")


async def test_when_a_connection_has_ended_another_is_made() -> None:
    located: list[ShardAddress] = []

    async def answer(asked: bytes) -> bytes:
        return asked

    async with _server(answer) as (server, first), _server(answer) as (_, second):

        async def locate() -> ShardAddress:
            located.append(first if not located else second)
            return located[-1]

        reader = ShardReader(locate)
        asked = [b"one", b"two", b"three"]
        assert await asyncio.gather(*(reader.ask(each) for each in asked)) == asked

        await server.close()

        assert await reader.ask(b"more") == b"more"
        assert located == [first, second]


async def test_a_process_of_which_only_the_connection_has_ended_is_not_taken_for_ended() -> None:
    stands_still = asyncio.Event()

    async def answer(asked: bytes) -> bytes:
        return asked

    async with _server(answer) as (server, address):

        async def locate() -> ShardAddress:
            if stands_still.is_set():
                await asyncio.Event().wait()
            return address

        reader = ShardReader(locate)
        await reader.ask(b"anything")
        stands_still.set()
        await server.close()

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await reader.ask(b"more")


async def test_who_cannot_tell_where_a_process_listens_says_so() -> None:
    async def locate() -> ShardAddress:
        raise NotReady("it ended")

    with pytest.raises(NotReady, match="it ended"):
        await ShardReader(locate).ask(b"anything")
