"""Client channels to our services: mutual TLS, replicas, retries, and time for the way back."""

import json

import grpc

from servicekit.grpc.method_handlers import Context
from servicekit.process.settings import MEBIBYTE
from servicekit.security.on_behalf_of import OnBehalfOf
from servicekit.security.tls import ClientTls

__all__ = ["ClientTls", "channel", "remaining"]

_SERVICE_CONFIG = {
    "loadBalancingConfig": [{"round_robin": {}}],
    "healthCheckConfig": {"serviceName": ""},
    "methodConfig": [
        {
            "name": [{}],
            "waitForReady": True,
            # Every change carries a request id, so sending again what may have run is safe.
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


def channel(
    target: str,
    tls: ClientTls,
    *,
    server_name: str | None = None,
    max_message_bytes: int = 16 * MEBIBYTE,
) -> grpc.aio.Channel:
    """A channel to all replicas that ``target`` resolves to.

    server_name: the name to expect in the server's certificate, if it is not the target's.
    Calls wait for a healthy replica, so give ``timeout=`` with each: the timeout of a service
    config fires early and is therefore not used. Raises OSError when a file of ``tls`` is missing.
    """
    options: list[tuple[str, str | int]] = [
        ("grpc.service_config", json.dumps(_SERVICE_CONFIG)),
        ("grpc.max_receive_message_length", max_message_bytes),
        ("grpc.max_send_message_length", max_message_bytes),
        # By default a server that was away for long is tried again only after two minutes.
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
    return grpc.aio.secure_channel(
        target, tls.channel_credentials(), options=options, interceptors=[OnBehalfOf()]
    )


def remaining(context: Context) -> float:
    """Seconds a call made on behalf of this one may take, leaving time for the way back.

    Keeps a tenth, at least 50 ms. A call without deadline gives its onward calls ten seconds.
    """
    left: float | None = context.time_remaining()
    if left is None:
        return 10.0
    return max(0.0, min(left * 0.9, left - 0.05))
