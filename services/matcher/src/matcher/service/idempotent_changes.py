"""How is a request that changes something carried out once, however often it is sent?"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from google.protobuf.message import Message
from servicekit.storage import idempotency

from matcher.store.store import Records, StoreResponse

M = TypeVar("M", bound=Message)
T = TypeVar("T")


async def answer_once(
    requests: idempotency.IdempotentRequests,
    request: Message,
    encode: Callable[[T], M],
    answer_type: type[M],
    act: Callable[[StoreResponse[T]], Awaitable[T]],
    digest: bytes | None = None,
) -> M:
    """Return the stored response to this request if there is one, else act and encode the result.

    act: is given the function that stores the response, to call in its last transaction. digest: of
    the request's content, where it is known already.
    """

    async def act_and_encode(store_message: idempotency.StoreResponse[M]) -> M:
        stored: M | None = None

        async def store_response(records: Records, result: T) -> None:
            nonlocal stored
            stored = encode(result)
            await store_message(records.transaction, stored)

        result = await act(store_response)
        return encode(result) if stored is None else stored

    return await requests.run(request, answer_type, act_and_encode, digest)
