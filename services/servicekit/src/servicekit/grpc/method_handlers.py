"""How can a call be authorised before its request is read? By handling every method as a stream.

gRPC decodes a unary request before the handler runs. A wrapped method is registered as one that
takes a stream of requests, and a unary request is the stream with one message; so the call scope
(authorisation and the like) is entered before anything is read. Clients see no difference.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from typing import TYPE_CHECKING, Any, TypeAlias

import grpc

from servicekit.errors import InvalidRequest, MessageNotReceived
from servicekit.grpc.message_checks import decoder, encoder

if TYPE_CHECKING:  # generic in the stubs, not when running
    Context: TypeAlias = grpc.aio.ServicerContext[Any, Any]
    Handler: TypeAlias = grpc.RpcMethodHandler[Any, Any]
else:
    Context = grpc.aio.ServicerContext
    Handler = grpc.RpcMethodHandler

CallScope = Callable[[Context], AbstractAsyncContextManager[None]]
"""Given the call's context, returns the context manager within which the call is handled."""


def wrap_handler(
    handler: Handler, scope: CallScope, *, max_message_bytes: int, max_message_wait: float
) -> Handler:
    """Return a handler that enters the scope first, then checks, decodes and handles the request.

    handler: of any of the four kinds of gRPC method. max_message_bytes: of request and response.
    max_message_wait: seconds until a request, or the next message of a request stream, is there.
    """
    decode: Any = handler.request_deserializer
    encode: Any = handler.response_serializer
    decode, encode = decoder(decode, max_message_bytes), encoder(encode, max_message_bytes)
    if handler.response_streaming:
        return grpc.stream_stream_rpc_method_handler(
            _stream_response(handler, scope, max_message_wait), decode, encode
        )
    return grpc.stream_unary_rpc_method_handler(
        _unary_response(handler, scope, max_message_wait, encode), decode
    )


def _unary_response(
    handler: Handler, scope: CallScope, max_wait: float, encode: Callable[[Any], bytes]
) -> Callable[..., Any]:
    method: Any = handler.stream_unary if handler.request_streaming else handler.unary_unary

    async def respond(requests: AsyncIterator[Any], context: Context) -> bytes:
        # Encoding within the scope: outside of it gRPC would show the client why it failed.
        async with scope(context):
            argument = await _argument(handler, requests, max_wait)
            return encode(await method(argument, context))

    return respond


def _stream_response(handler: Handler, scope: CallScope, max_wait: float) -> Callable[..., Any]:
    method: Any = handler.stream_stream if handler.request_streaming else handler.unary_stream

    async def stream(requests: AsyncIterator[Any], context: Context) -> None:
        async with scope(context):
            argument = await _argument(handler, requests, max_wait)
            responses = method(argument, context)
            if inspect.isawaitable(responses):  # the method writes to the context itself
                await responses
                return
            async with aclosing(responses):
                async for message in responses:
                    await context.write(message)

    return stream


async def _argument(handler: Handler, requests: AsyncIterator[Any], max_wait: float) -> Any:
    if handler.request_streaming:
        return _messages(requests, max_wait)
    request = await _next_message(requests, max_wait)
    if request is None:
        raise InvalidRequest("no request was received, or one so large that gRPC refused it")
    return request


async def _messages(requests: AsyncIterator[Any], max_wait: float) -> AsyncIterator[Any]:
    while (message := await _next_message(requests, max_wait)) is not None:
        yield message


async def _next_message(requests: AsyncIterator[Any], max_wait: float) -> Any:
    """Return the next message, None after the last; raises MessageNotReceived if it is late."""
    try:
        async with asyncio.timeout(max_wait):
            return await anext(requests, None)
    except TimeoutError:
        raise MessageNotReceived(f"no message was received for {max_wait:g} s") from None
