"""Fingerprint images: decoding of each file format, resampling to 500 ppi, quality (NFIQ 2)."""
