"""A request that changes something is acted on once, and answered as often as it is asked."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from google.protobuf.message import Message
from servicekit.storage.idempotency import IdempotentRequests

from matcher.use_cases.keeping import StoreAnswer
from matcher.use_cases.ports import Records

M = TypeVar("M", bound=Message)
T = TypeVar("T")


async def answer_once(
    once: IdempotentRequests,
    request: Message,
    encode: Callable[[T], M],
    answer: type[M],
    act: Callable[[StoreAnswer[T]], Awaitable[T]],
) -> M:
    """The earlier answer if there is one, else what ``act`` does, kept in its last commit."""
    async with once.begin(request, answer) as record:
        if record.stored_response is not None:
            return record.stored_response

        async def keep(records: Records, result: T) -> None:
            await record.store_response(records.transaction, encode(result))

        return encode(await act(keep))
