"""Servicer of passport.printer.v1.History."""

from passport.printer.v1 import history_pb2 as pb
from passport.printer.v1 import history_pb2_grpc
from servicekit.grpc import page_tokens
from servicekit.grpc.server import Context

from printer.service import encode_history as encode
from printer.service.caller import require_caller_of
from printer.store.records import Store


class History(history_pb2_grpc.HistoryServicer):
    """What happened to the print jobs, books and machines of one office."""

    def __init__(self, office: str, store: Store) -> None:
        self._office = office
        self._store = store

    async def ListJobEvents(
        self, request: pb.ListJobEventsRequest, context: Context
    ) -> pb.ListJobEventsResponse:
        """Return the events of a print job, oldest first, a page at a time."""
        after, size = self._page(request)
        async with self._store.read() as records:
            await records.jobs.get(request.job_id)
            found = await records.job_events.of_job(request.job_id, after, size + 1)
        return pb.ListJobEventsResponse(
            events=[encode.job_event(event) for event in found[:size]],
            next_page_token=page_tokens.encode_next(found, size, lambda event: event.revision),
        )

    async def ListBookEvents(
        self, request: pb.ListBookEventsRequest, context: Context
    ) -> pb.ListBookEventsResponse:
        """Return the movements of a book, oldest first, a page at a time."""
        after, size = self._page(request)
        async with self._store.read() as records:
            await records.books.get(request.serial)
            found = await records.movements.of_book(request.serial, after, size + 1)
        return pb.ListBookEventsResponse(
            events=[encode.book_event(movement) for movement in found[:size]],
            next_page_token=page_tokens.encode_next(found, size, lambda each: each.movement_id),
        )

    async def ListMachineEvents(
        self, request: pb.ListMachineEventsRequest, context: Context
    ) -> pb.ListMachineEventsResponse:
        """Return what people did with a machine, oldest first, a page at a time."""
        after, size = self._page(request)
        async with self._store.read() as records:
            await records.machines.get(request.machine_id)
            found = await records.machine_events.of_machine(request.machine_id, after, size + 1)
        return pb.ListMachineEventsResponse(
            events=[encode.machine_event(event) for event in found[:size]],
            next_page_token=page_tokens.encode_next(found, size, lambda event: event.event_number),
        )

    def _page(
        self,
        request: pb.ListJobEventsRequest | pb.ListBookEventsRequest | pb.ListMachineEventsRequest,
    ) -> tuple[int, int]:
        """Return after which number the page begins, and its size, for a caller of the office."""
        require_caller_of(self._office)
        after = page_tokens.decode_number(request.page_token)
        return after, request.page_size or page_tokens.DEFAULT_PAGE_SIZE
