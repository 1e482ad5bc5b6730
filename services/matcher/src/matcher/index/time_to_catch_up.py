"""How long may a search wait until the index holds what was committed before it?"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from matcher.domain.errors import IndexBehind

_RETRY_AFTER = timedelta(seconds=1)


@asynccontextmanager
async def time_to_catch_up(seconds: float) -> AsyncIterator[None]:
    """Limit what catching up waits for within the block; raise IndexBehind when it takes longer.

    seconds: none are left if it is 0 or less; what need not be waited for is done all the same.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise IndexBehind("the index is behind", retry_after=_RETRY_AFTER) from None
