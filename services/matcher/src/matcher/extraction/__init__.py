"""Minutiae extraction: from an image at 500 ppi to minutiae, by the LEADER network."""
