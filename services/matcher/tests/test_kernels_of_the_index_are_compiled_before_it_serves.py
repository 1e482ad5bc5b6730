"""No search waits until a kernel of the index is compiled."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
KERNELS = """
from matcher.comparison import descriptor_votes, prefilter
from matcher.index import embedding_codes, id_table, in_scope, mapped_lists, person_table
from matcher.index.warm_up import warm_up

MODULES = (
    descriptor_votes, prefilter, embedding_codes, id_table, in_scope, mapped_lists, person_table
)

def compiled():
    return {
        f"{module.__name__}.{name}": len(each.signatures)
        for module in MODULES
        for name, each in vars(module).items()
        if hasattr(each, "signatures") and not each.targetoptions.get("inline")
    }

warm_up()
kernels = compiled()
assert len(kernels) >= 20, kernels
"""
ALL_RUN = f"""{KERNELS}
print([name for name, signatures in kernels.items() if not signatures])
"""
SEARCH_OF_A_FILE = f"""{KERNELS}
import sys
from pathlib import Path
import numpy as np
from matcher.domain.encounter import EncounterStatus
from matcher.domain.index_entry import IndexEntry
from matcher.domain.shortlist import SearchDepth, SearchScope
from matcher.index import compaction_plan, snapshot
from matcher.index.segment_folder import SegmentFolder
from services.matcher.tests.indexed_entries import index_of
from services.matcher.tests.random_fingers import random_finger

rng = np.random.default_rng(1)
people = [
    IndexEntry(f"e{{n}}", f"p{{n}}", EncounterStatus.ACTIVE, n + 1, {{2: random_finger(rng)}})
    for n in range(40)
]
compaction_plan._SEALED_FINGERS = 20
folder, header = Path(sys.argv[1]), snapshot.SnapshotHeader("", 40, "", "", "", "")
written = index_of(people)
assert written.compact(SegmentFolder(folder / "snapshot"))
with written.frozen() as frozen:
    snapshot.write(folder / "snapshot", header, frozen)
sealed = snapshot.read(folder / "snapshot", header)
assert sealed._table.fingers[2].files()

before = compiled()
depth = SearchDepth(1, 1, 1, 1, by_codes=True)
(found,) = sealed.search(people[7].fingers, SearchScope(), depth).persons
assert found.person_id == "p7"
print([name for name, signatures in compiled().items() if signatures != before[name]])
"""


@pytest.mark.slow
@pytest.mark.parametrize("program", [ALL_RUN, SEARCH_OF_A_FILE], ids=["all run", "file searched"])
def test_none_is_left_to_the_first_search(program: str, tmp_path: Path) -> None:
    # With a cache of its own: a kernel that another one calls is not loaded beside it from a cache.
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "kernels")}
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=ROOT,
    )

    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
