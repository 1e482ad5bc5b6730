"""Embedding: a finger as 256 numbers, for the index that shortlists persons."""
