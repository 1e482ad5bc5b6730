"""passport.printer.v1.Stock."""

from passport.printer.v1 import stock_pb2 as pb
from passport.printer.v1 import stock_pb2_grpc
from servicekit.grpc import page_tokens
from servicekit.grpc.server import Context

from printer.service import encode
from printer.service.desk import Desk
from printer.use_cases.records import Records
from printer.use_cases.stock import load_books, receive_books

_STATES = {number: state for state, number in encode.BOOK_STATES.items()}
_PAGE_SIZE = 100


class Stock(stock_pb2_grpc.StockServicer):
    """Blank books of one office."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def ReceiveBooks(
        self, request: pb.ReceiveBooksRequest, context: Context
    ) -> pb.BookBalance:
        """Take a delivery into the safe."""

        async def act(records: Records) -> pb.BookBalance:
            balance = await receive_books(
                records,
                request.books.first_serial,
                request.books.count,
                request.delivery_note,
                self._desk.note(),
            )
            return encode.balance(balance)

        return await self._desk.change(request, pb.BookBalance, act)

    async def LoadBooks(self, request: pb.LoadBooksRequest, context: Context) -> pb.BookBalance:
        """Hand books from the safe to a machine."""

        async def act(records: Records) -> pb.BookBalance:
            books = request.books
            balance = await load_books(records, request.machine_id, books.first_serial, books.count)
            return encode.balance(balance)

        return await self._desk.change(request, pb.BookBalance, act)

    async def ListBooks(
        self, request: pb.ListBooksRequest, context: Context
    ) -> pb.ListBooksResponse:
        """Books by serial."""
        self._desk.admit()
        after = page_tokens.decode_key(request.page_token)
        size = request.page_size or _PAGE_SIZE
        async with self._desk.store.read() as records:
            books = await records.books.listed(_STATES.get(request.state), after, size)
        more = page_tokens.encode(books[-1].serial) if len(books) == size else ""
        return pb.ListBooksResponse(
            books=[encode.book(book) for book in books], next_page_token=more
        )
