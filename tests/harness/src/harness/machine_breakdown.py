"""A machine loses power with a page in it: nobody can know whether the page was printed."""

from collections.abc import Mapping

from harness.country import Country
from harness.progress import Progress
from harness.world.seeds import stream


def breakdown(seed: int) -> Mapping[str, str]:
    """Return the fault of one machine: when it has a page of its second day, chosen by the seed."""
    return {"M2": f"crash-before@{stream(seed, 'break a machine').randint(50, 70)}"}


class MachineBreakdown:
    """Switches machines that went off on again; they have forgotten their jobs then."""

    def __init__(self, country: Country, progress: Progress) -> None:
        self._country, self._progress = country, progress

    async def __call__(self) -> None:
        """Switch on every machine that is off."""
        for machine_id in self._country.machines:
            if not self._country.processes[machine_id].running:
                await self._country.restart(machine_id)
                self._progress.say(
                    f"    {machine_id} lost power with a page in it and is on again: "
                    "two operators look whether it printed"
                )
