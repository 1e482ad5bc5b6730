"""Calibration: which false match rate a raw score means, and what share a search may miss."""
