"""Servicer of passport.printer.v1.Stock."""

from passport.printer.v1 import stock_pb2 as pb
from passport.printer.v1 import stock_pb2_grpc
from servicekit.grpc import page_tokens
from servicekit.grpc.server import Context
from servicekit.process.clock import Clock

from printer.service import decode, encode_stock, encode_stock_count, encode_values
from printer.service.caller import attribution, require_caller_of
from printer.service.idempotent_changes import IdempotentChanges
from printer.store.records import Records, Store
from printer.use_cases.count_books import count_books, resolve_open_item
from printer.use_cases.forecast import stock_forecast
from printer.use_cases.hand_over import record_handover
from printer.use_cases.remove_books import remove_books
from printer.use_cases.stock import book_balance, load_books, receive_books, unload_books

_STATES = {number: state for state, number in encode_stock.BOOK_STATES.items()}


class Stock(stock_pb2_grpc.StockServicer):
    """Blank books of one office."""

    def __init__(self, office: str, store: Store, changes: IdempotentChanges, clock: Clock) -> None:
        self._office = office
        self._store = store
        self._changes = changes
        self._clock = clock

    async def ReceiveBooks(
        self, request: pb.ReceiveBooksRequest, context: Context
    ) -> pb.BookBalance:
        """Add a delivery to the safe."""

        async def change(records: Records) -> pb.BookBalance:
            books, by = decode.serial_range(request.books), attribution(self._clock)
            balance = await receive_books(records, books, request.delivery_note, by)
            return encode_stock.book_balance(balance)

        return await self._changes.make(request, pb.BookBalance, change)

    async def LoadBooks(self, request: pb.LoadBooksRequest, context: Context) -> pb.BookBalance:
        """Move books from the safe to a machine."""

        async def change(records: Records) -> pb.BookBalance:
            books, by = decode.serial_range(request.books), attribution(self._clock)
            balance = await load_books(records, request.machine_id, books, by)
            return encode_stock.book_balance(balance)

        return await self._changes.make(request, pb.BookBalance, change)

    async def UnloadBooks(self, request: pb.UnloadBooksRequest, context: Context) -> pb.BookBalance:
        """Move blank books from a machine to the safe."""

        async def change(records: Records) -> pb.BookBalance:
            books, by = decode.serial_range(request.books), attribution(self._clock)
            balance = await unload_books(records, request.machine_id, books, by, request.reason)
            return encode_stock.book_balance(balance)

        return await self._changes.make(request, pb.BookBalance, change)

    async def RemoveBooks(
        self, request: pb.RemoveBooksRequest, context: Context
    ) -> pb.RemoveBooksResponse:
        """Take books out of the stock once two persons agree."""
        removal = decode.removal(request, attribution(self._clock))

        async def change(records: Records) -> pb.RemoveBooksResponse:
            proposal = await remove_books(records, removal)
            balance = encode_stock.book_balance(await book_balance(records))
            return pb.RemoveBooksResponse(
                balance=balance, proposal=encode_values.proposal(proposal)
            )

        return await self._changes.make(request, pb.RemoveBooksResponse, change)

    async def RecordHandover(
        self, request: pb.RecordHandoverRequest, context: Context
    ) -> pb.RecordHandoverResponse:
        """Record who gives a finished book and who takes it."""

        async def change(records: Records) -> pb.RecordHandoverResponse:
            by = attribution(self._clock)
            book, proposal = await record_handover(records, request.job_id, request.book_serial, by)
            return pb.RecordHandoverResponse(
                book=encode_stock.book(book),
                proposal=encode_values.proposal(proposal),
            )

        return await self._changes.make(request, pb.RecordHandoverResponse, change)

    async def GetBook(self, request: pb.GetBookRequest, context: Context) -> pb.Book:
        """Return where a book is and what it was used for."""
        require_caller_of(self._office)
        async with self._store.read() as records:
            return encode_stock.book(await records.books.get(request.serial))

    async def ListBooks(
        self, request: pb.ListBooksRequest, context: Context
    ) -> pb.ListBooksResponse:
        """Return books by serial, a page at a time."""
        require_caller_of(self._office)
        after = page_tokens.decode_key(request.page_token)
        size = request.page_size or page_tokens.DEFAULT_PAGE_SIZE
        async with self._store.read() as records:
            found = await records.books.list_after(
                after,
                size + 1,
                state=_STATES.get(request.state),
                machine_id=request.machine_id,
                application_id=request.application_id,
                document_number=request.document_number,
            )
        return pb.ListBooksResponse(
            books=[encode_stock.book(book) for book in found[:size]],
            next_page_token=page_tokens.encode_next(found, size, lambda book: book.serial),
        )

    async def CountBooks(
        self, request: pb.CountBooksRequest, context: Context
    ) -> pb.CountBooksResponse:
        """Compare what was found in the safe or in a machine with the records."""

        async def change(records: Records) -> pb.CountBooksResponse:
            found = [decode.serial_range(books) for books in request.found]
            count = await count_books(records, request.machine_id, found, attribution(self._clock))
            return encode_stock_count.stock_count(count, await book_balance(records))

        return await self._changes.make(request, pb.CountBooksResponse, change)

    async def ListOpenItems(
        self, request: pb.ListOpenItemsRequest, context: Context
    ) -> pb.ListOpenItemsResponse:
        """Return differences between counts and records, a page at a time."""
        require_caller_of(self._office)
        after = page_tokens.decode_number(request.page_token)
        size = request.page_size or page_tokens.DEFAULT_PAGE_SIZE
        async with self._store.read() as records:
            found = await records.open_items.list_after(
                after, size + 1, include_resolved=request.include_resolved
            )
        return pb.ListOpenItemsResponse(
            items=[encode_stock_count.open_item(item) for item in found[:size]],
            next_page_token=page_tokens.encode_next(found, size, lambda item: item.item_id),
        )

    async def ResolveOpenItem(
        self, request: pb.ResolveOpenItemRequest, context: Context
    ) -> pb.OpenItem:
        """Record why a difference is settled."""

        async def change(records: Records) -> pb.OpenItem:
            resolution = decode.resolution(request, attribution(self._clock))
            return encode_stock_count.open_item(
                await resolve_open_item(records, request.item_id, resolution)
            )

        return await self._changes.make(request, pb.OpenItem, change)

    async def GetForecast(self, request: pb.GetForecastRequest, context: Context) -> pb.Forecast:
        """Tell how long the blank books last."""
        require_caller_of(self._office)
        zone = decode.zone(request.timezone)
        async with self._store.read() as records:
            forecast = await stock_forecast(
                records, self._clock.now(), zone, request.lead_time_days
            )
        return encode_stock_count.forecast(forecast)
