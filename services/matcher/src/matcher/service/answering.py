"""A request that changes something is acted on once, and answered as often as it is asked."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from google.protobuf.message import Message
from servicekit.idempotency import Once

from matcher.use_cases.keeping import Keep
from matcher.use_cases.ports import Records

M = TypeVar("M", bound=Message)
T = TypeVar("T")


async def answer_once(
    once: Once,
    request: Message,
    encode: Callable[[T], M],
    answer: type[M],
    act: Callable[[Keep[T]], Awaitable[T]],
) -> M:
    """The earlier answer if there is one, else what ``act`` does, kept in its last commit."""
    async with once.claim(request, answer) as claim:
        if claim.earlier is not None:
            return claim.earlier

        async def keep(records: Records, result: T) -> None:
            await claim.record(records.transaction, encode(result))

        return encode(await act(keep))
