"""Training of the embedding: a NetVLAD network on minutiae neighbourhoods, by InfoNCE."""
