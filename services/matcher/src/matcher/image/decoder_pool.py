"""Where are files from outside decoded? In processes of their own, so that a crash costs one file.

Decoders are written in C and read what anybody may have made. A file that ends its decoder, or that
needs more memory or time than is allowed, is refused; the process is replaced, and nothing else is
affected.
"""

import queue
import signal
import subprocess
import sys
from multiprocessing import Pipe

import numpy as np
import structlog
from numpy.typing import NDArray

from matcher.image import decoder_process
from matcher.image.decode import MAX_PIXELS, Size, decode
from matcher.image.unreadable_image import ImageFault, UnreadableImage

_FAULTS = {
    -signal.SIGALRM: (ImageFault.DECODER_TIMED_OUT, "decoding took too long"),
    decoder_process.OUT_OF_MEMORY: (
        ImageFault.DECODER_OUT_OF_MEMORY,
        "decoding needs too much memory",
    ),
}
"""What the exit code of a decoder process says about the file. Any other one is a crash."""
_CRASHED = ImageFault.DECODER_CRASHED, "the decoder crashed"

_log = structlog.get_logger(__name__)


class DecoderPool:
    """Decoder processes that threads share; each decodes one file at a time."""

    def __init__(self, processes: int, memory_bytes: int, seconds: float) -> None:
        """Start no process yet: each starts with the first file for it, or by `warm_up`.

        memory_bytes, seconds: most memory and time for one file.
        """
        self._limits = memory_bytes, seconds
        self._idle = queue.SimpleQueue[_Decoder | None]()  # None where one is to be started
        self._processes = processes
        for _ in range(processes):
            self._idle.put(None)

    def decode(
        self, data: bytes, ppi: int, raw: Size | None = None, max_pixels: int = MAX_PIXELS
    ) -> NDArray[np.uint8]:
        """Return the grey values of an image as `matcher.image.decode.decode` does.

        Blocks until a process is idle and has decoded the file. Raw pixels need no decoder and are
        not sent to one. Raises UnreadableImage, also where the process crashed or reached a limit;
        RuntimeError or OSError if a process cannot start.
        """
        if raw is not None:
            return decode(data, ppi, raw, max_pixels)
        decoder = self._idle.get()
        try:
            decoder = _alive(decoder) or _Decoder(*self._limits)
            return decoder.decode(data, ppi, max_pixels)
        finally:
            self._idle.put(_alive(decoder))

    def warm_up(self) -> None:
        """Start all processes, and wait until they can decode.

        Takes seconds, more after an upgrade, when nothing compiled is in the cache. Raises
        RuntimeError or OSError if one cannot start.
        """
        idle, started = [self._idle.get() for _ in range(self._processes)], list[_Decoder]()
        try:
            for each in idle:
                started.append(_alive(each) or _Decoder(*self._limits))
            for decoder in started:
                decoder.wait_until_ready()
        finally:
            for place in (*started, *idle[len(started) :]):
                self._idle.put(place)

    def close(self) -> None:
        """End the processes; nothing may be decoded any more."""
        for decoder in [self._idle.get() for _ in range(self._processes)]:
            if decoder is not None:
                decoder.close()


class _Decoder:
    """One decoder process, used by one thread at a time."""

    def __init__(self, memory_bytes: int, seconds: float) -> None:
        its_requests, self._requests = Pipe(duplex=False)
        self._answers, its_answers = Pipe(duplex=False)
        command = [sys.executable, "-P", "-m", decoder_process.__name__]
        self._process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603 our own program
            [*command, str(memory_bytes), str(seconds)],
            stdin=its_requests.fileno(),
            stdout=its_answers.fileno(),
        )
        its_requests.close()
        its_answers.close()
        self._is_ready = False

    def wait_until_ready(self) -> None:
        if self._is_ready:
            return
        try:
            self._answers.recv_bytes()
        except EOFError:
            code = self._process.wait()
            raise RuntimeError(f"a decoder process ended with {code} while it started") from None
        self._is_ready = True

    def decode(self, data: bytes, ppi: int, max_pixels: int) -> NDArray[np.uint8]:
        self.wait_until_ready()
        try:
            self._requests.send_bytes(decoder_process.request(data, ppi, max_pixels))
            answer = self._answers.recv_bytes()
        except (EOFError, OSError):  # also where an answer ends in its middle
            raise UnreadableImage(*_FAULTS.get(self._process.wait(), _CRASHED)) from None
        return decoder_process.pixels(answer)

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def close(self) -> int:
        """End the process, which may have ended before; return its exit code."""
        self._process.kill()
        self._requests.close()
        self._answers.close()
        return self._process.wait()


def _alive(decoder: _Decoder | None) -> _Decoder | None:
    """Return a decoder that has not ended; None for another, to be replaced when it is needed."""
    if decoder is None or not decoder.has_ended():
        return decoder
    _log.warning("decoder_ended", exit_code=decoder.close())
    return None
