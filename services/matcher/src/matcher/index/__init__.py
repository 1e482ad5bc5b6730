"""The index of embeddings: a cache of the database, exact, in memory, rebuilt when in doubt."""
