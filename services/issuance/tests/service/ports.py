"""Ports for servers that go away and must come back at the same address."""

import random
import socket

_BELOW_EPHEMERAL = range(15_000, 30_000)
"""Outgoing connections get higher ports, so none of them takes the port meanwhile."""


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on now."""
    while True:
        port = random.SystemRandom().choice(_BELOW_EPHEMERAL)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
