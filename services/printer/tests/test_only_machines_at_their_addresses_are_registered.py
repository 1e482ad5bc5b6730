import grpc
import pytest

from .office import Office, reason


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("ipp://127.0.0.1:99999/ipp/print", "INVALID_REQUEST"),
        ("ipp://127.0.0.1:high/ipp/print", "INVALID_REQUEST"),
        ("ipp://[::1/ipp/print", "INVALID_REQUEST"),
        ("ipp:///ipp/print", "INVALID_REQUEST"),
        ("http://127.0.0.1:631/ipp/print", "INVALID_REQUEST"),
        ("ipp://127.0.0.1:1/ipp/print", "MACHINE_UNREACHABLE"),
    ],
)
async def test_with_the_field_named(office: Office, uri: str, expected: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await office.register("M1", uri)

    assert reason(refusal.value) == (expected, "uri")


async def test_a_machine_has_one_id(office: Office) -> None:
    await office.machine("M1", books=0)

    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await office.register("M2", office.machines["M1"].uri)
    await office.register("M1", office.machines["M1"].uri)

    assert reason(refusal.value) == ("MACHINE_ALREADY_REGISTERED", "uri")
