"""No search waits until a kernel of the index is compiled."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
from matcher.index import id_table, in_scope, person_table
from matcher.index.warm_up import warm_up

warm_up()
kernels = {
    f"{module.__name__}.{name}": len(each.signatures)
    for module in (id_table, in_scope, person_table)
    for name, each in vars(module).items()
    if hasattr(each, "signatures") and not each.targetoptions.get("inline")
}
assert len(kernels) >= 12, kernels
print([name for name, compiled in kernels.items() if not compiled])
"""


@pytest.mark.slow
def test_all_of_them_are_run_once(tmp_path: Path) -> None:
    # With a cache of its own: a kernel that another one calls is not loaded beside it from a cache.
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=environment
    )

    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
