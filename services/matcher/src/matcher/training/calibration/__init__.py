"""Making of the calibration: what a raw score means as FMR, and how mated fingers score."""
