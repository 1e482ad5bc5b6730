"""The contract's services: decode, call, encode. No rule lives here."""
