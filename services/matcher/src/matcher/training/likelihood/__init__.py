"""Fitting of the comparison's likelihood ratio: a small network over what fell together."""
