"""A policy or certificate that is wrong at the matcher is mended there: no work is given up."""

import pytest
from issuance.clients.matcher_client import MatcherClient
from issuance.domain.identification_request import IdentificationRequest
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.use_cases.ports import Unavailable, WorkRefused
from passport.matcher.v1 import encounters_pb2_grpc as grpc_code

from .one_method_server import a_task, refusing, serving


@pytest.mark.parametrize(
    ("reason", "error"), [("NOT_PERMITTED", Unavailable), ("ENCOUNTER_EXISTS", WorkRefused)]
)
async def test_what_the_matcher_may_accept_later(reason: str, error: type[Exception]) -> None:
    methods = {"CreateEncounter": refusing(reason)}
    add = grpc_code.add_EncountersServicer_to_server
    async with serving(grpc_code.EncountersServicer, add, **methods) as channel:
        matcher = MatcherClient(channel, 5.0)
        asked = IdentificationRequest("encounter", "person")

        with pytest.raises(error):
            await matcher.enrol(a_task(OutboxTaskKind.IDENTIFY), asked, b"")
