"""Servicer of passport.printer.v1.Stock."""

from passport.printer.v1 import stock_pb2 as pb
from passport.printer.v1 import stock_pb2_grpc
from servicekit.grpc import page_tokens
from servicekit.grpc.server import Context
from servicekit.process.clock import Clock

from printer.service import encode
from printer.service.caller import attribution, require_caller_of
from printer.service.idempotent_changes import IdempotentChanges
from printer.store.records import Records, Store
from printer.use_cases.stock import load_books, receive_books

_STATES = {number: state for state, number in encode.BOOK_STATES.items()}


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
            books, by = request.books, attribution(self._clock)
            balance = await receive_books(
                records, books.first_serial, books.count, request.delivery_note, by
            )
            return encode.book_balance(balance)

        return await self._changes.make(request, pb.BookBalance, change)

    async def LoadBooks(self, request: pb.LoadBooksRequest, context: Context) -> pb.BookBalance:
        """Move books from the safe to a machine."""

        async def change(records: Records) -> pb.BookBalance:
            books = request.books
            balance = await load_books(records, request.machine_id, books.first_serial, books.count)
            return encode.book_balance(balance)

        return await self._changes.make(request, pb.BookBalance, change)

    async def ListBooks(
        self, request: pb.ListBooksRequest, context: Context
    ) -> pb.ListBooksResponse:
        """Return books by serial, a page at a time."""
        require_caller_of(self._office)
        after = page_tokens.decode_key(request.page_token)
        size = request.page_size or page_tokens.DEFAULT_PAGE_SIZE
        async with self._store.read() as records:
            books = await records.books.list_after(after, _STATES.get(request.state), size)
        more = page_tokens.encode(books[-1].serial) if len(books) == size else ""
        return pb.ListBooksResponse(
            books=[encode.book(book) for book in books], next_page_token=more
        )
