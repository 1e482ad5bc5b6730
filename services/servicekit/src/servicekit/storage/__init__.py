"""Storage: database transactions, idempotency records, column types, running migrations."""
