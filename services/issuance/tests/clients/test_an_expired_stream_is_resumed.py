from collections.abc import AsyncIterator
from typing import Any

import grpc
from google.protobuf.any_pb2 import Any as Packed
from google.rpc import code_pb2, error_details_pb2, status_pb2  # type: ignore[import-untyped]
from grpc_status import rpc_status
from issuance.clients.printers_client import PrintersClient
from passport.printer.v1 import jobs_pb2, jobs_pb2_grpc


async def watch(request: Any, context: Any) -> AsyncIterator[Any]:
    """End each stream after one event."""
    yield jobs_pb2.PrintJobEvent(resume_token=str(int(request.resume_token or 0) + 1))
    detail = Packed()
    detail.Pack(error_details_pb2.ErrorInfo(reason="STREAM_EXPIRED"))
    status = status_pb2.Status(code=code_pb2.UNAVAILABLE, details=[detail])
    await context.abort_with_status(rpc_status.to_status(status))


async def test_a_stream_that_expires_is_no_outage_of_the_printer() -> None:
    server = grpc.aio.server()
    base: Any = jobs_pb2_grpc.PrintJobsServicer
    printer: Any = type("Printer", (base,), {"WatchPrintJobs": staticmethod(watch)})
    jobs_pb2_grpc.add_PrintJobsServicer_to_server(printer(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()

    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        client = PrintersClient({"BJM": channel}, 5.0)
        first = [event.resume_token async for event in client.watch_print_jobs("BJM", "")]
        second = [event.resume_token async for event in client.watch_print_jobs("BJM", first[-1])]
    await server.stop(None)

    assert (first, second) == (["1"], ["2"])
