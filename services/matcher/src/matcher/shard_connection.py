"""How are the many reads of a shard sent to its process? By a connection of TCP.

A call of Ray takes ten times as much processor time, and a search makes several of each shard. Ray
tells where a process listens, with a token made by it. What either side receives is unpickled: so
each first sends 32 random bytes, and proves by an HMAC of both that it knows the token, the process
before whoever connects. A message is its number and its length, 8 bytes each, and its bytes; an
answer has the number of what was asked, and may overtake others.
"""

import asyncio
import errno
import hmac
import itertools
import secrets
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self

import structlog

PORTS = range(20_000, 21_000)
"""A process listens on the first of these that is free."""
_TOKEN_BYTES = 32
_CONNECT_SECONDS = 10.0
"""That a connection may take to begin, and both sides to prove that they know the token."""
_PROOF_BYTES = 32
_PROCESS, _READER = b"process", b"reader"
_NUMBER_BYTES = 8
_LONGEST = 1 << 28
"""Bytes of a message."""
_MOST_ANSWERS = 64
"""Most answers to one connection that are made or sent at a time; then no more of it is read."""
_SILENT_SECONDS = 10
"""After which a connection ends whose machine is gone."""

_log = structlog.get_logger(__name__)

Answer = Callable[[bytes], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class ShardAddress:
    """Where a process answers reads, and the token that it and whoever asks must know."""

    host: str
    port: int
    token: bytes


class ShardServer:
    """Answers what is asked by whoever knows its token."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._token = secrets.token_bytes(_TOKEN_BYTES)
        self._socket: socket.socket | None = None
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.StreamWriter] = set()
        self._answers: set[asyncio.Task[None]] = set()

    async def listen(self, host: str) -> ShardAddress:
        """Listen on an address of this machine, if it does not yet. Raises OSError."""
        if self._socket is None:
            self._socket = _listening_socket(host)
            self._server = await asyncio.start_server(self._serve, sock=self._socket)
        host, port = self._socket.getsockname()[:2]
        return ShardAddress(host, port, self._token)

    async def close(self) -> None:
        """Listen no more, and answer nothing."""
        if self._server is not None:
            self._server.close()
        for writer in self._connections:
            writer.close()
        for answer in self._answers:
            answer.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                is_known = await self._is_known(reader, writer)
            if not is_known:
                _log.warning("shard_refused_a_connection", peer=writer.get_extra_info("peername"))
                return
            _end_when_silent(writer)
            self._connections.add(writer)
            free = asyncio.Semaphore(_MOST_ANSWERS)
            while True:
                await free.acquire()
                number, asked = await _receive(reader)
                answer = asyncio.create_task(self._send_answer(writer, number, asked))
                self._answers.add(answer)
                answer.add_done_callback(self._answers.discard)
                answer.add_done_callback(lambda _: free.release())
        except (OSError, EOFError, ValueError):
            pass  # whoever asked has ended, or is none of us
        finally:
            self._connections.discard(writer)
            writer.close()

    async def _is_known(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        asked = await reader.readexactly(_TOKEN_BYTES)
        own = secrets.token_bytes(_TOKEN_BYTES)
        writer.write(own + _proof(self._token, _PROCESS, asked, own))
        proof = await reader.readexactly(_PROOF_BYTES)
        return hmac.compare_digest(proof, _proof(self._token, _READER, asked, own))

    async def _send_answer(self, writer: asyncio.StreamWriter, number: int, asked: bytes) -> None:
        try:
            await _send(writer, number, await self._answer(asked))
        except OSError:
            writer.close()
        except Exception:
            _log.exception("shard_did_not_answer")
            writer.close()


def _proof(token: bytes, side: bytes, asked: bytes, answered: bytes) -> bytes:
    return hmac.digest(token, side + asked + answered, "sha256")


def _listening_socket(host: str) -> socket.socket:
    for port in PORTS:
        try:
            return socket.create_server((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    raise OSError(errno.EADDRINUSE, f"no port from {PORTS[0]} to {PORTS[-1]} is free")


class ShardConnection:
    """A connection to a `ShardServer`. is_closed: whether it has ended, and answers no more."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[bytes]] = {}
        self.is_closed = False
        self._receiving = asyncio.create_task(self._receive_answers())

    @classmethod
    async def open(cls, address: ShardAddress) -> Self:
        """Connect to a process. Raises OSError, also if another one listens there."""
        async with asyncio.timeout(_CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(address.host, address.port)
            try:
                _end_when_silent(writer)
                asked = secrets.token_bytes(_TOKEN_BYTES)
                writer.write(asked)
                answered = await reader.readexactly(_TOKEN_BYTES)
                proof = await reader.readexactly(_PROOF_BYTES)
                if not hmac.compare_digest(proof, _proof(address.token, _PROCESS, asked, answered)):
                    raise ConnectionRefusedError("another process listens where a shard did")
                writer.write(_proof(address.token, _READER, asked, answered))
            except EOFError as ended:
                writer.close()
                raise ConnectionResetError("the connection to a shard has ended") from ended
            except BaseException:
                writer.close()
                raise
        return cls(reader, writer)

    async def ask(self, asked: bytes) -> bytes:
        """Return the answer. Raises ConnectionError if the connection ends before it is there."""
        if self.is_closed:
            raise ConnectionResetError("the connection to a shard has ended")
        number = next(self._numbers)
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            await _send(self._writer, number, asked)
            return await answer
        finally:
            self._waiting.pop(number, None)

    def close(self) -> None:
        """End the connection; whoever waits for an answer gets none."""
        self.is_closed = True
        self._receiving.cancel()
        self._writer.close()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(ConnectionResetError("the connection to a shard has ended"))

    async def _receive_answers(self) -> None:
        try:
            while True:
                number, content = await _receive(self._reader)
                answer = self._waiting.get(number)  # None if nobody waits any more
                if answer is not None and not answer.done():
                    answer.set_result(content)
        except (OSError, EOFError, ValueError):
            self.close()


class ShardReader:
    """Asks a process by a connection that begins when it is needed, and anew when it has ended.

    locate: tells where the process listens, however often it is asked, or raises that it has ended.
    """

    def __init__(self, locate: Callable[[], Awaitable[ShardAddress]]) -> None:
        self._locate = locate
        self._connecting: asyncio.Task[ShardConnection] | None = None

    async def ask(self, asked: bytes) -> bytes:
        """Return the answer to what may be asked twice.

        Raises what `locate` raises, and OSError if a second connection ends, too.
        """
        try:
            return await (await self._connection()).ask(asked)
        except OSError:  # the process may have ended, which is not told here
            return await (await self._connection()).ask(asked)

    async def connect(self) -> None:
        """Connect, unless that is done. Raises what `locate` raises, and OSError."""
        await self._connection()

    async def _connection(self) -> ShardConnection:
        if self._connecting is None or _has_ended(self._connecting):
            self._connecting = asyncio.create_task(self._connect())
        return await asyncio.shield(self._connecting)

    async def _connect(self) -> ShardConnection:
        return await ShardConnection.open(await self._locate())


def _has_ended(connecting: asyncio.Task[ShardConnection]) -> bool:
    """Return whether there is no connection, and none is being made."""
    if not connecting.done():
        return False
    failed = connecting.cancelled() or connecting.exception() is not None
    return failed or connecting.result().is_closed


async def _send(writer: asyncio.StreamWriter, number: int, content: bytes) -> None:
    header = number.to_bytes(_NUMBER_BYTES) + len(content).to_bytes(_NUMBER_BYTES)
    writer.writelines([header, content])
    await writer.drain()


async def _receive(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Return a number and what belongs to it. Raises OSError, EOFError, and ValueError."""
    header = await reader.readexactly(2 * _NUMBER_BYTES)
    number, length = header[:_NUMBER_BYTES], int.from_bytes(header[_NUMBER_BYTES:])
    if length > _LONGEST:
        raise ValueError(f"a message of {length} bytes is none")
    return int.from_bytes(number), await reader.readexactly(length)


def _end_when_silent(writer: asyncio.StreamWriter) -> None:
    """End a connection when the other machine acknowledges nothing, though it ended nothing."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name in ("TCP_KEEPIDLE", "TCP_KEEPINTVL"):
        if hasattr(socket, name):  # of Linux
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), _SILENT_SECONDS // 3)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1_000 * _SILENT_SECONDS)
