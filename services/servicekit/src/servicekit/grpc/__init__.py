"""gRPC: the server, what happens to every call, and channels to other services."""
