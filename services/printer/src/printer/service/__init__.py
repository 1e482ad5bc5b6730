"""Servicers of the contract: decode, call a use case, encode. No rule lives here."""
