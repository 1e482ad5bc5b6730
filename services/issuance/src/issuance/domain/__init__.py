"""Words and rules of issuance: no clock, no network, no database, no randomness."""
