"""How long may a call take? Until the caller's deadline, within the limits of the server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from servicekit.errors import DeadlineExceeded, StreamExpired


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """The longest durations that the server accepts, seconds.

    call: of a call with one request and one response. stream: of any other call. message_wait:
    until the request, or the next message of a request stream, is received.
    """

    call: float
    stream: float
    message_wait: float

    @asynccontextmanager
    async def enforce(self, streaming: bool, remaining: float | None) -> AsyncIterator[None]:
        """Cancel the block when its time is over.

        remaining: seconds until the caller's deadline, None if it has none. Raises StreamExpired if
        the server's limit ended a stream, else DeadlineExceeded.
        """
        limit = self.stream if streaming else self.call
        expires = streaming and (remaining is None or limit < remaining)
        try:
            async with asyncio.timeout(
                limit if remaining is None else min(limit, remaining)
            ) as scope:
                yield
        except TimeoutError:
            if not scope.expired():
                raise
            if expires:
                raise StreamExpired(f"a stream lasts at most {limit:g} s") from None
            raise DeadlineExceeded("the response was not ready before the deadline") from None
