"""National biometric matching."""

import os

# The service's worker pools decide how many cores are used. OpenBLAS, which reads this variable
# when numpy is loaded, would use all of them for each small product, at a tenth of the speed.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
