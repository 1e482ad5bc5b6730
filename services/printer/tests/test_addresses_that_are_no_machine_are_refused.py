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
