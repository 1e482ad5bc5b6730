"""How is it noticed that a database server is gone without a word? The kernel asks it to answer.

A server that loses power, or a network that drops everything, closes no connection. A call has a
deadline; work in the background has none, and would wait for its statement for ever.
"""

import socket
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

# Silence is allowed, as a statement may take long; what is asked is the server's kernel.
_IDLE_SECONDS, _INTERVAL_SECONDS, _PROBES = 10, 5, 3
_LONGEST_SECONDS = _IDLE_SECONDS + _PROBES * _INTERVAL_SECONDS


def end_lost_connections(engine: AsyncEngine) -> None:
    """Let connections to a PostgreSQL server fail half a minute after it is gone at the latest."""

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        # The driver has no option for it, and no other way to its socket.
        found = connection.driver_connection._transport.get_extra_info("socket")
        if found.family not in (socket.AF_INET, socket.AF_INET6):
            return
        found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in (
            (socket.TCP_KEEPIDLE, _IDLE_SECONDS),
            (socket.TCP_KEEPINTVL, _INTERVAL_SECONDS),
            (socket.TCP_KEEPCNT, _PROBES),
            (socket.TCP_USER_TIMEOUT, _LONGEST_SECONDS * 1000),
        ):
            found.setsockopt(socket.IPPROTO_TCP, option, value)
