"""Issuance: the workflow of passport applications, from intake to hand-over."""
