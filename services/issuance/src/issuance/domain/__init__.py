"""Concepts and rules of issuance, without clock, network, database or randomness."""
