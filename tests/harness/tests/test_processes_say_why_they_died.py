import sys
from pathlib import Path

import pytest
from harness.process import Died, Process


def _python(program: str, log: Path) -> Process:
    return Process("child", [sys.executable, "-u", "-c", program], log)


async def test_a_child_that_cannot_start_is_reported_with_its_last_words(tmp_path: Path) -> None:
    child = _python("raise SystemExit('no database')", tmp_path / "log")
    child.start()

    with pytest.raises(Died, match="no database"):
        await child.ready(within=20.0)


async def test_each_life_has_its_own_ready_line_and_what_it_used_is_kept(tmp_path: Path) -> None:
    child = _python("print('READY here'); import time; time.sleep(60)", tmp_path / "log")
    child.start()
    first = await child.ready(within=20.0)
    child.kill9()
    used = child.usage()
    child.start()
    second = await child.ready(within=20.0)
    child.kill9()

    assert (first, second) == ("here", "here")
    assert used.peak_bytes > 0
    assert child.usage().peak_bytes >= used.peak_bytes
    assert not child.running
