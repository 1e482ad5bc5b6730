"""Calls that repeat the same request while a service is away, as patient clients do."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from time import monotonic
from typing import Any, Protocol, TypeVar

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2  # type: ignore[import-untyped]  # stubs lack py.typed
from grpc_status import rpc_status

Request = TypeVar("Request", bound=Message, contravariant=True)
Answer = TypeVar("Answer", covariant=True)
T = TypeVar("T")

CALL_SECONDS = 60.0
PATIENCE_SECONDS = 120.0
_PAUSE_SECONDS = 0.2
_PASSING = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.DEADLINE_EXCEEDED,
    }
)


class Method(Protocol[Request, Answer]):
    """A unary method of a generated stub."""

    def __call__(self, request: Request, /, *, timeout: float | None = None) -> Awaitable[Answer]:
        """Call the method; a coroutine of its answer."""
        ...


async def call_until_answered(
    method: Method[Request, Answer], request: Request, *, patience: float = PATIENCE_SECONDS
) -> Answer:
    """Call until it is answered; what may pass is tried again, unchanged, for ``patience`` s.

    Raises the last AioRpcError when patience ends, and at once what no waiting heals.
    """
    deadline = monotonic() + patience
    while True:
        try:
            return await method(request, timeout=CALL_SECONDS)
        except grpc.aio.AioRpcError as error:
            if error.code() not in _PASSING or monotonic() > deadline:
                raise
        await asyncio.sleep(_PAUSE_SECONDS)


def reason(error: grpc.aio.AioRpcError) -> str:
    """The reason in ErrorInfo, for instance ``POOR_QUALITY``; empty when there is none."""
    # The published stubs know the status of synchronous calls only.
    status: Any = rpc_status.from_call(error)  # type: ignore[arg-type]
    for detail in status.details if status is not None else ():
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            return str(info.reason)
    return ""


async def run_concurrently(at_once: int, work: Iterable[Callable[[], Awaitable[T]]]) -> list[T]:
    """Do all the work, ``at_once`` pieces in flight; answers in order. The first error ends it."""
    waiting = list(enumerate(work))
    waiting.reverse()
    answers: dict[int, T] = {}

    async def worker() -> None:
        while waiting:
            place, piece = waiting.pop()
            answers[place] = await piece()

    workers = [asyncio.create_task(worker()) for _ in range(at_once)]
    try:
        await asyncio.gather(*workers)
    finally:
        for task in workers:
            task.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return [answers[place] for place in sorted(answers)]


async def wait_until(
    ask: Callable[[], Awaitable[T | None]], *, what: str, within: float, every: float = 0.25
) -> T:
    """Ask until the answer is neither None nor False; raises TimeoutError naming ``what``."""
    deadline = monotonic() + within
    while (answer := await ask()) is None or answer is False:
        if monotonic() > deadline:
            raise TimeoutError(f"after {within:g} s: {what}")
        await asyncio.sleep(every)
    return answer


async def pages(fetch: Callable[[str], Awaitable[tuple[Sequence[T], str]]]) -> list[T]:
    """All items of a list that comes by pages; fetch: token -> items and the next token."""
    items, token = await fetch("")
    everything = list(items)
    while token:
        items, token = await fetch(token)
        everything += items
    return everything
