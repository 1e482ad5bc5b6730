"""What every gRPC service of this system needs, whatever it is about.

grpc: server, interceptor, client channels. security: identities, TLS, access policy. storage:
database transactions, idempotency. process: settings, clock, logs, worker threads, failpoints.
"""
