"""Tables of the dispatcher: its epoch, and the number of the latest change."""

from sqlalchemy import Column, Float, Integer, String, Table

from printer.store.tables.metadata import metadata

# One row. It stays locked from its update to the commit, so that change numbers become visible in
# their order and a reader of "everything after n" misses nothing.
change_counter = Table("change_counter", metadata, Column("last_change", Integer, nullable=False))

# One row. epoch: raised by each process that becomes the dispatcher. requests: number of requests
# to machines ever announced. longest_request_seconds: how long a request that the dispatcher of
# this epoch announced may still reach a machine, whatever becomes of the dispatcher.
# server_identity: see `printer.store.database_continuity`.
dispatch = Table(
    "dispatch",
    metadata,
    Column("epoch", Integer, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("longest_request_seconds", Float, nullable=False),
    Column("server_identity", String, nullable=False, server_default=""),
)
