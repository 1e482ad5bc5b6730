"""Training of the local descriptor: 256 bits for the neighbourhood of a minutia, by InfoNCE."""
