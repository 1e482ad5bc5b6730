"""Which options does the gRPC server need, and why?"""

from servicekit.process.settings import ServiceSettings

# gRPC reads requests up to this many times the size limit, so that the error can carry a reason;
# above that gRPC itself answers RESOURCE_EXHAUSTED, without a reason.
_READ_LIMIT_FACTOR = 4

# Calls that gRPC queues for our interceptor, which refuses the excess with a reason. Above that
# gRPC resets calls without one; no single connection must get there. Nor must a connection often
# reach its own limit: gRPC resets a call that begins before the last one's stream is closed here.
_MAX_QUEUED_CALLS = 20_000
_MAX_CALLS_OF_A_CONNECTION = 5_000


def server_options(settings: ServiceSettings) -> list[tuple[str, int]]:
    """Return the options of the server, by their names in gRPC."""
    longest_seconds = max(settings.max_deadline_seconds, settings.max_stream_seconds)
    return [
        ("grpc.max_receive_message_length", _READ_LIMIT_FACTOR * settings.max_message_bytes),
        ("grpc.max_send_message_length", -1),  # checked by our encoder, which gives a reason
        # Clients ping often to notice a frozen server; without this, long idle calls would end
        # with "Too many pings".
        ("grpc.http2.max_ping_strikes", 0),
        ("grpc.keepalive_permit_without_calls", 1),
        # Otherwise two servers could share one port, each getting some of the calls, unnoticed.
        ("grpc.so_reuseport", 0),
        ("grpc.max_concurrent_streams", _MAX_CALLS_OF_A_CONNECTION),
        ("grpc.server.max_pending_requests", _MAX_QUEUED_CALLS),
        ("grpc.server.max_pending_requests_hard_limit", _MAX_QUEUED_CALLS),
        # Connections are renewed so that clients authenticate again and find new replicas. The
        # grace lets every call in progress end by itself.
        ("grpc.max_connection_age_ms", round(settings.max_connection_age_seconds * 1000)),
        ("grpc.max_connection_age_grace_ms", round(longest_seconds * 1000) + 1_000),
    ]
