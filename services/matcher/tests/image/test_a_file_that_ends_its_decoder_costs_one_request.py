"""A file that crashes its decoder, or that reaches a limit, is refused; other files are decoded."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from matcher.image.decode import decode
from matcher.image.decoder_pool import DecoderPool
from matcher.image.unreadable_image import ImageFault, UnreadableImage
from PIL import Image

from ..decoders import decoder_pids, kill_when_asked, pause, wait_until_gone  # noqa: TID252

AMPLE = 256 << 20, 60.0
"""Bytes of memory and seconds that no file reaches."""


def _file(width: int = 300, height: int = 400, channels: int = 1, format: str = "PNG") -> bytes:
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, channels), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels.squeeze()).save(file, format)
    return file.getvalue()


GOOD = _file()


@pytest.fixture(scope="module")
def pool() -> Iterator[DecoderPool]:
    made = DecoderPool(1, *AMPLE)
    made.warm_up()
    yield made
    made.close()


def _fault(pool: DecoderPool, data: bytes, ppi: int = 500) -> ImageFault:
    with pytest.raises(UnreadableImage) as refused:
        pool.decode(data, ppi)
    return refused.value.fault


def test_decoded_as_by_this_process(pool: DecoderPool) -> None:
    rgba = _file(400, 500, 4)

    assert np.array_equal(pool.decode(GOOD, 500), decode(GOOD, 500))
    assert np.array_equal(pool.decode(rgba, 569), decode(rgba, 569))


def test_refused_as_by_this_process(pool: DecoderPool) -> None:
    with pytest.raises(UnreadableImage) as refused:
        pool.decode(_file(50, 400), 500)

    assert refused.value.fault is ImageFault.TOO_SMALL
    assert str(refused.value) == "50 x 400 pixels at 500 dpi"
    assert _fault(pool, b"") is ImageFault.EMPTY
    assert _fault(pool, bytes(17 << 20)) is ImageFault.TOO_LARGE


def test_a_crash_while_it_decodes(pool: DecoderPool) -> None:
    (crashed,) = decoder_pids(os.getpid())
    pause(crashed)
    with ThreadPoolExecutor(1) as thread:
        file = thread.submit(pool.decode, GOOD, 500)
        kill_when_asked(crashed)

    refused = file.exception()
    assert isinstance(refused, UnreadableImage)
    assert refused.fault is ImageFault.DECODER_CRASHED
    assert pool.decode(GOOD, 500).shape == (400, 300)
    assert decoder_pids(os.getpid()) != [crashed]


def test_a_crash_between_files_costs_none(pool: DecoderPool) -> None:
    (crashed,) = decoder_pids(os.getpid())
    os.kill(crashed, signal.SIGKILL)
    os.waitid(os.P_PID, crashed, os.WEXITED | os.WNOWAIT)

    assert pool.decode(GOOD, 500).shape == (400, 300)


def test_more_memory_than_allowed() -> None:
    pool = DecoderPool(1, 32 << 20, AMPLE[1])

    assert pool.decode(GOOD, 500).shape == (400, 300)
    assert _fault(pool, _file(2500, 2500, 4), ppi=1200) is ImageFault.DECODER_OUT_OF_MEMORY
    pool.close()


def test_more_time_than_allowed() -> None:
    slow = _file(2500, 2500, format="JPEG2000")
    pool = DecoderPool(1, AMPLE[0], 0.01)

    assert _fault(pool, slow, ppi=1200) is ImageFault.DECODER_TIMED_OUT
    pool.close()


def test_raw_pixels_need_no_decoder(pool: DecoderPool) -> None:
    (idle,) = decoder_pids(os.getpid())
    pause(idle)

    decoded = pool.decode(bytes(range(100)) * 100, 500, (100, 100))

    assert decoded[1].tolist() == [*range(100)]
    os.kill(idle, signal.SIGCONT)


def test_it_ends_with_its_parent() -> None:
    program = (
        "import time; from matcher.image.decoder_pool import DecoderPool as Pool\n"
        f"Pool(1, {AMPLE[0]}, {AMPLE[1]}).warm_up(); print(flush=True); time.sleep(1000)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        (pid,) = decoder_pids(parent.pid)
        parent.kill()

    wait_until_gone(pid)


def test_one_that_cannot_start_is_an_error() -> None:
    pool = DecoderPool(1, 1 << 80, AMPLE[1])

    with pytest.raises(RuntimeError):
        pool.warm_up()
