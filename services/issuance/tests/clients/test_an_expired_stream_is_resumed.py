from collections.abc import AsyncIterator
from typing import Any

from issuance.clients.printers_client import PrintersClient
from passport.printer.v1 import jobs_pb2
from passport.printer.v1 import jobs_pb2_grpc as grpc_code

from services.issuance.tests.service.simulated_neighbour import refuse

from .one_method_server import serving


async def watch(request: Any, context: Any) -> AsyncIterator[Any]:
    """End each stream after one event."""
    yield jobs_pb2.PrintJobEvent(resume_token=str(int(request.resume_token or 0) + 1))
    await refuse(context, "UNAVAILABLE", "STREAM_EXPIRED")


async def test_a_stream_that_expires_is_no_outage_of_the_printer() -> None:
    add = grpc_code.add_PrintJobsServicer_to_server
    async with serving(grpc_code.PrintJobsServicer, add, WatchPrintJobs=watch) as channel:
        client = PrintersClient({"BJM": channel}, 5.0)
        first = [event.resume_token async for event in client.watch_print_jobs("BJM", "")]
        second = [event.resume_token async for event in client.watch_print_jobs("BJM", first[-1])]

    assert (first, second) == (["1"], ["2"])
