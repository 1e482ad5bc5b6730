"""What does a decoder process do? It decodes the files sent to it, one by one, within fixed limits.

Started by `DecoderPool`. Messages are bytes framed by `multiprocessing.connection`, never pickles:
a process that a file has taken over can answer with other pixels and with nothing else.

The kernel enforces the limits, also while a decoder written in C does not return, and also if the
parent is gone: it gives no more memory, and a timer ends the process.
"""

import os
import resource
import signal
import struct
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from matcher.image import wsq
from matcher.image.decode import decode
from matcher.image.unreadable_image import ImageFault, UnreadableImage

OUT_OF_MEMORY = 70
"""Exit code of a process that reached its limit of memory."""
READY = b"ready"
"""First message of a process: it can decode now."""
_REQUEST, _ANSWER = struct.Struct("=II"), struct.Struct("=?II")


def run(requests: Connection, answers: Connection, memory_bytes: int, seconds: float) -> NoReturn:
    """Decode until the parent is gone; raises EOFError or BrokenPipeError then, and MemoryError.

    memory_bytes: most memory that a file may take beyond what the process has before the first.
    seconds: most time that a file may take.
    """
    wsq.warm_up()
    Image.init()
    _limit_memory(memory_bytes)
    answers.send_bytes(READY)
    while True:
        request = requests.recv_bytes()
        signal.setitimer(signal.ITIMER_REAL, seconds)
        answer = _answer(request)
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.send_bytes(answer)


def request(data: bytes, ppi: int, max_pixels: int) -> bytes:
    """Return the message that asks to decode a file; arguments as those of `decode`."""
    return _REQUEST.pack(ppi, max_pixels) + data


def pixels(answer: bytes) -> NDArray[np.uint8]:
    """Return the image that a process answered with, uint8 (h, w). Raises UnreadableImage."""
    decoded, height, width = _ANSWER.unpack_from(answer)
    if not decoded:
        fault, _, message = answer[_ANSWER.size :].decode().partition("\n")
        raise UnreadableImage(ImageFault(fault), message)
    return np.frombuffer(answer, np.uint8, offset=_ANSWER.size).reshape(height, width)


def _answer(request: bytes) -> bytes:
    ppi, max_pixels = _REQUEST.unpack_from(request)
    try:
        image = decode(request[_REQUEST.size :], ppi, None, max_pixels)
    except UnreadableImage as error:
        return _ANSWER.pack(False, 0, 0) + f"{error.fault}\n{error}".encode()
    return _ANSWER.pack(True, *image.shape) + image.tobytes()


def _limit_memory(beyond: int) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[5])  # data and stack, see proc(5)
    limit = pages * resource.getpagesize() + beyond
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    # A core file would hold the fingerprint.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _main() -> None:
    # Signals to the whole service are for the parent, which closes the pipe when it is done.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    requests, answers = Connection(os.dup(0), writable=False), Connection(os.dup(1), readable=False)
    os.dup2(2, 1)  # what a library prints is not an answer
    memory_bytes, seconds = int(sys.argv[1]), float(sys.argv[2])
    try:
        run(requests, answers, memory_bytes, seconds)
    except (EOFError, BrokenPipeError):
        return
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


if __name__ == "__main__":
    _main()
