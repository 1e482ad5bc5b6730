"""The index: embeddings and prepared minutiae of all searched encounters, in memory."""
