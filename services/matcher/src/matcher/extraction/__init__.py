"""Minutiae extraction: from an image at 500 dpi to minutiae, by the LEADER network."""
