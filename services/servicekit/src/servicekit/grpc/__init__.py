"""gRPC: the server, the interceptor that every call passes, and channels to other services."""
