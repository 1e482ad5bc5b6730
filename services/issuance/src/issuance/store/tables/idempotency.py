"""Requests that were carried out, with their answers, so that none is carried out twice."""

from servicekit.storage.idempotency import idempotency_table

from issuance.store.tables.metadata import metadata

idempotency = idempotency_table(metadata)
