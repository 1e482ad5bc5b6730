"""Fitting of the network that tells altered ridges from others."""
