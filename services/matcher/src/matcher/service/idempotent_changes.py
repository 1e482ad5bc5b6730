"""How is a request that changes something carried out once, however often it is sent?"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from google.protobuf.message import Message
from servicekit.storage.idempotency import IdempotentRequests

from matcher.store.store import Records, StoreResponse

M = TypeVar("M", bound=Message)
T = TypeVar("T")


async def answer_once(
    requests: IdempotentRequests,
    request: Message,
    encode: Callable[[T], M],
    answer_type: type[M],
    act: Callable[[StoreResponse[T]], Awaitable[T]],
) -> M:
    """Return the stored response to this request if there is one, else act and encode the result.

    act: is given the function that stores the response, to call in its last transaction.
    """
    async with requests.begin(request, answer_type) as record:
        if record.stored_response is not None:
            return record.stored_response

        async def store_response(records: Records, result: T) -> None:
            await record.store_response(records.transaction, encode(result))

        return encode(await act(store_response))
