"""A decoder process that crashes costs the request whose image it decodes, and no other."""

import asyncio
import os
import signal

from matcher.synthetic import LIVE_SCAN, generate_master, generate_ridge_pattern, render_impression
from passport.type.v1 import biometrics_pb2

from .caller import Caller, Refusal, refusal
from .conftest import Callers, Matchers
from .decoders import decoder_pids, kill_when_asked, pause
from .people import image
from .png_file import png


def _finger() -> biometrics_pb2.FingerSample:
    ridges = generate_ridge_pattern(generate_master(4))
    return image(2, png(render_impression(ridges, 0, capture_difficulty=LIVE_SCAN).image))


async def _refused(
    caller: Caller, encounter_id: str, finger: biometrics_pb2.FingerSample
) -> Refusal | None:
    try:
        return await refusal(caller.enrol(encounter_id, [finger]))
    except AssertionError:
        return None


async def test_a_crash_in_the_middle(matchers: Matchers, callers: Callers) -> None:
    matcher = matchers(decoder_processes=2, decoders_on_demand=False).start()
    caller, finger = callers(matcher), _finger()
    crashing, other = decoder_pids(matcher.pid)
    for pid in (crashing, other):
        pause(pid)

    calls = [asyncio.create_task(_refused(caller, f"e{i}", finger)) for i in range(3)]
    await asyncio.to_thread(kill_when_asked, crashing)
    os.kill(other, signal.SIGCONT)
    refused = [each for each in await asyncio.gather(*calls) if each is not None]

    assert [(each.code, each.reason) for each in refused] == [("INVALID_ARGUMENT", "BAD_IMAGE")]
    assert refused[0].fields == ["samples[0].image"]
    assert refused[0].metadata["fault"] == "DECODER_CRASHED"
    assert matcher.status().latest_change == 2
    for each in ("later", "last"):  # processes take turns
        assert await _refused(caller, each, finger) is None
    assert len(decoder_pids(matcher.pid)) == 2
