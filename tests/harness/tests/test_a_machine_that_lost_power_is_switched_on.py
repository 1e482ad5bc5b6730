"""A machine that lost power in the middle of a page is switched on; the others are left alone."""

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from harness.country import Country
from harness.machine_breakdown import MachineBreakdown, breakdown
from harness.process import Process
from harness.progress import Progress

LASTING = "import time; print('READY here', flush=True); time.sleep(600)"


@dataclass
class TwoMachines:
    """As much of a country as is looked at: two machines."""

    processes: dict[str, Process]
    restarted: list[str] = field(default_factory=list)

    @property
    def machines(self) -> list[str]:
        return list(self.processes)

    async def restart(self, name: str) -> None:
        self.restarted.append(name)
        self.processes[name].start()
        await self.processes[name].ready(within=60.0)


async def test_only_that_one(tmp_path: Path) -> None:
    country = TwoMachines(
        {
            name: Process(name, [sys.executable, "-c", LASTING], tmp_path / name)
            for name in ("M1", "M2")
        }
    )
    for process in country.processes.values():
        process.start()
        await process.ready(within=60.0)
    look = MachineBreakdown(cast(Country, country), Progress())
    await look()
    country.processes["M2"].kill9()

    await look()
    await look()

    assert country.restarted == ["M2"]
    for process in country.processes.values():
        process.kill9()


def test_the_seed_chooses_when() -> None:
    assert breakdown(1) == breakdown(1)
    assert {str(breakdown(seed)) for seed in range(9)} != {str(breakdown(1))}
