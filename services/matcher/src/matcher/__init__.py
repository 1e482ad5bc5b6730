"""National biometric matching."""

import os

# Cores are shared out by the service's pool. OpenBLAS, which reads this when numpy is loaded,
# would take all of them for each small product and be ten times slower by that.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
