"""Fitting of the detector that tells altered ridges from others."""
