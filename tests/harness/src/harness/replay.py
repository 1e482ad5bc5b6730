"""The same fortnight by the planner's own command line, without any service running."""

import asyncio
import json
import sys
from datetime import date
from pathlib import Path

from harness.demo_facts import ScheduleRow


async def replay(scenario: Path, plan: Path) -> list[ScheduleRow]:
    """Run `issuance replay`; raises RuntimeError with its words when it refuses."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "issuance", "replay", str(scenario), "--out", str(plan)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, trouble = await process.communicate()
    if process.returncode:
        raise RuntimeError(trouble.decode(errors="replace").strip())
    return _rows(plan)


def _rows(plan: Path) -> list[ScheduleRow]:
    rows = json.loads(plan.read_text(encoding="utf-8"))["schedule"]
    return [
        ScheduleRow(date.fromisoformat(r["applied"]), date.fromisoformat(r["collect"]), r["count"])
        for r in rows
    ]
