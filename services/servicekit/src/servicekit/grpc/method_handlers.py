"""The four shapes of a gRPC method, brought to one.

A guarded method reads its requests as a stream, of which a unary call is the case with one
message: so the guard runs before anything of the request is read. Clients see no difference.
"""

import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from typing import TYPE_CHECKING, Any, TypeAlias

import grpc

from servicekit.errors import InvalidRequest
from servicekit.grpc.message_checks import decoder, encoder

if TYPE_CHECKING:  # generic in the stubs, not when running
    Context: TypeAlias = grpc.aio.ServicerContext[Any, Any]
    Handler: TypeAlias = grpc.RpcMethodHandler[Any, Any]
else:
    Context = grpc.aio.ServicerContext
    Handler = grpc.RpcMethodHandler

Guard = Callable[[Context], AbstractAsyncContextManager[None]]


def guarded(handler: Handler, guard: Guard, max_message_bytes: int) -> Handler:
    """The handler within the guard, its messages measured, decoded and validated."""
    decode: Any = handler.request_deserializer
    encode: Any = handler.response_serializer
    decode, encode = decoder(decode, max_message_bytes), encoder(encode, max_message_bytes)
    if handler.response_streaming:
        return grpc.stream_stream_rpc_method_handler(_streaming(handler, guard), decode, encode)
    return grpc.stream_unary_rpc_method_handler(_answering(handler, guard, encode), decode)


def _answering(
    handler: Handler, guard: Guard, encode: Callable[[Any], bytes]
) -> Callable[..., Any]:
    act: Any = handler.stream_unary if handler.request_streaming else handler.unary_unary

    async def answer(requests: AsyncIterator[Any], context: Context) -> bytes:
        async with guard(context):  # encoding included: gRPC would leak why it failed
            return encode(await act(await _argument(handler, requests), context))

    return answer


def _streaming(handler: Handler, guard: Guard) -> Callable[..., Any]:
    act: Any = handler.stream_stream if handler.request_streaming else handler.unary_stream

    async def stream(requests: AsyncIterator[Any], context: Context) -> None:
        async with guard(context):
            answers = act(await _argument(handler, requests), context)
            if inspect.isawaitable(answers):  # it writes to the context itself
                await answers
                return
            async with aclosing(answers):
                async for message in answers:
                    await context.write(message)

    return stream


async def _argument(handler: Handler, requests: AsyncIterator[Any]) -> Any:
    if handler.request_streaming:
        return requests
    request = await anext(requests, None)
    if request is None:
        raise InvalidRequest("no message came, or one so large that gRPC refused it")
    return request
