"""A way to a simulated machine that restarts it between two requests of the service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from .simulated_machine import SimulatedMachine

SEND_DOCUMENT = 0x0006  # RFC 8011 section 5.4.15


@dataclass(slots=True)
class RestartingMachine:
    """Passes IPP requests on to the machine, one at a time.

    The answer to the first Send-Document is lost. Once the book is printed, the machine is
    restarted after it has answered `restart_after` requests more.
    """

    machine: SimulatedMachine
    restart_after: int
    uri: str = ""
    operations: list[int] = field(default_factory=list)
    _session: aiohttp.ClientSession | None = None

    async def pass_on(self, request: web.Request) -> web.StreamResponse:
        """Answer one request as the machine does."""
        body = await request.read()
        operation = int.from_bytes(body[2:4])
        armed = SEND_DOCUMENT in self.operations and self.machine.ledger
        if armed and self.restart_after == 0:
            self.restart_after -= 1
            await self.machine.stop()
            await self.machine.start()
        answer = await self._forward(body)
        first_document = operation == SEND_DOCUMENT and operation not in self.operations
        self.operations.append(operation)
        if first_document:
            assert request.transport is not None
            request.transport.abort()
        if armed:
            self.restart_after -= 1
        return web.Response(body=answer, content_type="application/ipp")

    async def _forward(self, body: bytes) -> bytes:
        assert self._session is not None
        url = self.machine.uri.replace("ipp://", "http://")
        headers = {"Content-Type": "application/ipp"}
        async with self._session.post(url, data=body, headers=headers) as answer:
            return await answer.read()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Listen at `uri` for the time of the block."""
        application = web.Application(client_max_size=16 * 1024 * 1024)
        application.router.add_post("/ipp/print", self.pass_on)
        runner = web.AppRunner(application)
        connector = aiohttp.TCPConnector(force_close=True)
        async with aiohttp.ClientSession(connector=connector) as self._session:
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.uri = f"ipp://127.0.0.1:{runner.addresses[0][1]}/ipp/print"
            try:
                yield
            finally:
                await runner.cleanup()
