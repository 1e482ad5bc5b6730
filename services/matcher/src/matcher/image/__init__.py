"""Fingerprint images: decoding of each file format, resampling to 500 dpi, quality (NFIQ 2)."""
