"""Learning of the centroids that local descriptors are listed by."""
