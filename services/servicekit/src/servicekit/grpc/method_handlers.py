"""How can a call be authorised before its request is read? By handling every method as a stream.

gRPC decodes a unary request before the handler runs. A wrapped method is registered as one that
takes a stream of requests, and a unary request is the stream with one message; so the call scope
(authorisation and the like) is entered before anything is read. Clients see no difference.
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

CallScope = Callable[[Context], AbstractAsyncContextManager[None]]
"""Given the call's context, returns the context manager within which the call is handled."""


def wrap_handler(handler: Handler, scope: CallScope, max_message_bytes: int) -> Handler:
    """Return a handler that enters the scope first, then checks, decodes and handles the request.

    handler: of any of the four kinds of gRPC method. max_message_bytes: of request and response.
    """
    decode: Any = handler.request_deserializer
    encode: Any = handler.response_serializer
    decode, encode = decoder(decode, max_message_bytes), encoder(encode, max_message_bytes)
    if handler.response_streaming:
        return grpc.stream_stream_rpc_method_handler(
            _stream_response(handler, scope), decode, encode
        )
    return grpc.stream_unary_rpc_method_handler(_unary_response(handler, scope, encode), decode)


def _unary_response(
    handler: Handler, scope: CallScope, encode: Callable[[Any], bytes]
) -> Callable[..., Any]:
    method: Any = handler.stream_unary if handler.request_streaming else handler.unary_unary

    async def respond(requests: AsyncIterator[Any], context: Context) -> bytes:
        # Encoding within the scope: outside of it gRPC would show the client why it failed.
        async with scope(context):
            return encode(await method(await _argument(handler, requests), context))

    return respond


def _stream_response(handler: Handler, scope: CallScope) -> Callable[..., Any]:
    method: Any = handler.stream_stream if handler.request_streaming else handler.unary_stream

    async def stream(requests: AsyncIterator[Any], context: Context) -> None:
        async with scope(context):
            responses = method(await _argument(handler, requests), context)
            if inspect.isawaitable(responses):  # the method writes to the context itself
                await responses
                return
            async with aclosing(responses):
                async for message in responses:
                    await context.write(message)

    return stream


async def _argument(handler: Handler, requests: AsyncIterator[Any]) -> Any:
    if handler.request_streaming:
        return requests
    request = await anext(requests, None)
    if request is None:
        raise InvalidRequest("no request was received, or one so large that gRPC refused it")
    return request
