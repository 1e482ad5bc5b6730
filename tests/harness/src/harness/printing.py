"""The print room of a day: machines print what is released, the operator reads every book."""

from harness.calls import until
from harness.country import Country
from harness.facts import Kill
from harness.progress import Progress
from harness.roles.administrator import Administrator
from harness.roles.operator import Operator
from harness.world.seeds import stream

BOOKS, PREFIX = 800, "X"
_WITHIN_SECONDS = 180.0


class PrintRoom:
    """Four machines, their operator, and a power cut at a number of books given by the seed."""

    def __init__(self, country: Country, seed: int, progress: Progress) -> None:
        self.operator = Operator(country.people, seed, country.trays)
        self.kills: list[Kill] = []
        self._country, self._progress = country, progress
        self._fatal = stream(seed, "kill the printer").randint(30, 130)

    async def open(self) -> None:
        """Make the machines known and fill them."""
        for machine_id, address in self._country.machines.items():
            await self.operator.register(machine_id, f"ipp://{address}/ipp/print")
        await self.operator.fill(PREFIX, BOOKS)

    async def print(self, expected: int, approved: int, administrator: Administrator) -> None:
        """Until ``expected`` of the ``approved`` are printed, read and ready."""
        with self._progress.counting("printed and read", expected, "books") as count:

            async def done() -> bool:
                await self.operator.attend()
                await self._power_cut()
                states = await administrator.applications()
                released = approved - states.get("approved", 0)
                count.add(max(0, released - states.get("printing", 0) - count.done))
                return released >= expected and not states.get("printing", 0)

            await until(done, what=f"{expected} books are ready", within=_WITHIN_SECONDS)

    async def _power_cut(self) -> None:
        printed = sum(len(tray.printed()) for tray in self._country.trays)
        if self.kills or printed < self._fatal:
            return
        away = await self._country.kill_and_restart("printer")
        self.kills.append(Kill("printer", f"printing, after {printed} books", away))
        self._progress.say(
            f"    kill -9 of the printer service after {printed} books; "
            f"serving again after {away:.1f} s"
        )
