"""A mail server that answers ever so slowly has a notice for no longer than its timeout."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from issuance.clients.notice_mail import MailServer, NoticeMail
from issuance.domain.contact import Contact
from issuance.use_cases.ports import Unreachable

from .notices import ready_notice

MESSAGE = ready_notice(Contact(email="siti@example.com"), "Paspor Anda sudah siap.")
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def _drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send a greeting without an end, each byte well within the timeout."""
    while not reader.at_eof():
        writer.write(b"220-still here\r\n")
        await writer.drain()
        with suppress(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.05)


async def _says_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def _greets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Greet, and answer nothing that is said then."""
    writer.write(b"220 localhost\r\n")
    await reader.read()


@asynccontextmanager
async def _server(serve: Serve, ended: asyncio.Event) -> AsyncIterator[MailServer]:
    """Serve until the end of the block. ended: set when the client has gone."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except ConnectionError:
            pass
        finally:
            ended.set()
            writer.close()

    listening = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        yield MailServer("127.0.0.1", port, "paspor@imigrasi.example", timeout=0.3)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("serve", [_drips, _says_nothing, _greets])
async def test_the_delivery_ends_with_its_connection(serve: Serve) -> None:
    ended = asyncio.Event()
    async with _server(serve, ended) as server:
        with pytest.raises(Unreachable, match="MAIL_SERVER"):
            await NoticeMail(server).send(MESSAGE)

        await ended.wait()
