import threading

import pytest
from passport.matcher.v1 import encounters_pb2 as pb
from passport.type.v1 import biometrics_pb2
from servicekit.storage import idempotency
from servicekit.storage.idempotency import content_digest


def request(image_bytes: int) -> pb.CreateEncounterRequest:
    image = biometrics_pb2.FingerImage(data=bytes(image_bytes))
    return pb.CreateEncounterRequest(samples=[biometrics_pb2.FingerSample(image=image)])


@pytest.mark.parametrize(("image_bytes", "inline"), [(60_000, True), (100_000, False)])
async def test_only_small_requests_are_hashed_in_the_event_loop(
    monkeypatch: pytest.MonkeyPatch, image_bytes: int, inline: bool
) -> None:
    hash_message, threads = idempotency._digest, []

    def record_thread(message: pb.CreateEncounterRequest) -> bytes:
        threads.append(threading.current_thread())
        return hash_message(message)

    monkeypatch.setattr(idempotency, "_digest", record_thread)

    digest = await content_digest(request(image_bytes))

    assert len(digest) == 32
    assert (threads == [threading.current_thread()]) is inline
    assert await content_digest(request(image_bytes)) == digest
    assert await content_digest(request(image_bytes + 1)) != digest
