"""The counter captures fingers again while issuance refuses them, and then gives up."""

from types import SimpleNamespace
from typing import Any

import grpc
import pytest
from harness.patient_calls import reason
from harness.roles.counter import Case, Counter
from passport.issuance.v1 import applications_pb2 as pb
from passport.issuance.v1 import applications_pb2_grpc as grpc_code
from passport.type.v1 import biometrics_pb2

from services.issuance.tests.clients.one_method_server import serving
from services.issuance.tests.service.simulated_neighbour import refuse


class _Fingers:
    async def samples(self, impression: int) -> list[biometrics_pb2.FingerSample]:
        template = biometrics_pb2.FingerTemplate(data=str(impression).encode())
        return [biometrics_pb2.FingerSample(template=template)]


@pytest.mark.parametrize(("usable", "expected"), [(1, [1]), (3, [1, 2, 3]), (9, [1, 2, 3, 4])])
async def test_it_submits_one_capture_after_the_other(usable: int, expected: list[int]) -> None:
    captures = []

    async def submit(request: pb.SubmitBiometricsRequest, context: Any) -> pb.Application:
        captures.append(int(request.samples[0].template.data))
        if captures[-1] < usable:
            await refuse(context, "INVALID_ARGUMENT", "FINGERS_UNUSABLE", "samples[0]")
        return pb.Application()

    applicant: Any = SimpleNamespace(key="ani", human=SimpleNamespace(fingers=_Fingers()))
    case, refused = Case(applicant, "application", "ani", 1), ""
    add = grpc_code.add_ApplicationsServicer_to_server
    async with serving(grpc_code.ApplicationsServicer, add, SubmitBiometrics=submit) as channel:
        clients: Any = SimpleNamespace(channel=lambda *_: channel)
        try:
            await Counter(clients, seed=1).take_fingers(case)
        except grpc.aio.AioRpcError as error:
            refused = reason(error)

    assert captures == expected
    assert case.impression == expected[-1]
    assert refused == ("" if usable <= 4 else "FINGERS_UNUSABLE")
