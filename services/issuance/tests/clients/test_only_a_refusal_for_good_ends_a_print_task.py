"""A job that the printer may take later is sent again; one that it never takes is given up."""

import pytest
from issuance.clients.printers_client import PrintersClient
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.use_cases.ports import PrintRefused, Unavailable
from passport.printer.v1 import jobs_pb2_grpc as grpc_code

from .one_method_server import a_task, refusing, serving


@pytest.mark.parametrize(
    ("reason", "error"),
    [("CLEARANCE_UNKNOWN_KEY", Unavailable), ("CLEARANCE_WRONG_OFFICE", PrintRefused)],
)
async def test_a_key_may_be_trusted_later(reason: str, error: type[Exception]) -> None:
    methods = {"CreatePrintJob": refusing(reason)}
    add = grpc_code.add_PrintJobsServicer_to_server
    async with serving(grpc_code.PrintJobsServicer, add, **methods) as channel:
        printer = PrintersClient({"BJM": channel}, 5.0)

        with pytest.raises(error):
            await printer.create_print_job(a_task(OutboxTaskKind.PRINT))
