"""Clearances as they travel: compact JWS, signed with Ed25519 by issuance."""
