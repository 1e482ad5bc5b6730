"""How does one service call another? Over mutual TLS, with load balancing, retries, deadlines."""

import json

import grpc

from servicekit.grpc.method_handlers import Context
from servicekit.grpc.renewed_channel import RenewedChannel
from servicekit.process.settings import DEFAULT_MAX_MESSAGE_BYTES
from servicekit.security.on_behalf_of import OnBehalfOfInterceptor
from servicekit.security.tls import TlsFiles

_SERVICE_CONFIG = {
    "loadBalancingConfig": [{"round_robin": {}}],
    "healthCheckConfig": {"serviceName": ""},
    "methodConfig": [
        {
            "name": [{}],
            "waitForReady": True,
            # Every change carries a request id, so a request that may have run can be sent again.
            "retryPolicy": {
                "maxAttempts": 5,
                "initialBackoff": "0.1s",
                "maxBackoff": "1s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ],
}

_METADATA_BYTES = 64 * 1024


def open_channel(
    target: str,
    tls: TlsFiles,
    *,
    server_name: str | None = None,
    max_message_bytes: int = DEFAULT_MAX_MESSAGE_BYTES,
) -> grpc.aio.Channel:
    """Return a channel that balances calls over all healthy replicas that ``target`` resolves to.

    target: gRPC name, for instance host:port. server_name: name expected in the server's
    certificate if it is not the target's; that of a service (security/identity.py) keeps out every
    other one of the same authority. Calls wait for a healthy replica, so each needs a
    ``timeout=``; the service config's own timeout expires early and is therefore not used.
    Calls after a change of the files of ``tls`` use the new ones. Raises OSError or ValueError when
    the files cannot be used to begin with.
    """
    options: list[tuple[str, str | int]] = [
        ("grpc.service_config", json.dumps(_SERVICE_CONFIG)),
        ("grpc.max_receive_message_length", max_message_bytes),
        ("grpc.max_send_message_length", max_message_bytes),
        # A request that does not fit, by default one of 256 KiB, would never be sent again.
        ("grpc.per_rpc_retry_buffer_size", max_message_bytes + _METADATA_BYTES),
        # By default a server that was unreachable for long is tried only every two minutes.
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.min_reconnect_backoff_ms", 1_000),
        ("grpc.max_reconnect_backoff_ms", 1_000),
        ("grpc.keepalive_time_ms", 2_000),
        ("grpc.keepalive_timeout_ms", 2_000),
        # Keepalive alone does not notice a frozen peer or a cut cable; this does.
        ("grpc.http2.ping_timeout_ms", 2_000),
    ]
    if server_name is not None:
        options.append(("grpc.ssl_target_name_override", server_name))

    def connect() -> grpc.aio.Channel:
        return grpc.aio.secure_channel(
            target,
            tls.channel_credentials(),
            options=options,
            interceptors=[OnBehalfOfInterceptor()],
        )

    return RenewedChannel(connect, tls)


def downstream_timeout(context: Context) -> float:
    """Return the timeout in seconds for a downstream call made while answering this call.

    Shorter than the time left until this call's deadline, by a tenth and at least 50 ms, so that
    the response can still be sent. 10 if this call has no deadline.
    """
    left: float | None = context.time_remaining()
    if left is None:
        return 10.0
    return max(0.0, min(left * 0.9, left - 0.05))
