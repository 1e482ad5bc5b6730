"""Calibration: what a raw score means as a false match rate, and what a search may miss."""
