"""Comparison of two fingers by their minutiae: descriptor, prefilter, alignment, likelihood."""
