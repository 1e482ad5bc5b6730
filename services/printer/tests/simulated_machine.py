"""The simulated machine as a process of its own, switched on and off by tests."""

from dataclasses import dataclass
from pathlib import Path

from printer.page.verification import extract_mrz
from printer.simulated_printer import ledger
from printer.simulated_printer.ledger import LedgerEntry

from .process import Process


@dataclass(slots=True)
class SimulatedMachine:
    """One machine; its ledger and its tray outlive its process."""

    machine_id: str
    folder: Path
    faults: str = ""
    books_per_minute: float = 1200.0
    fault_seconds: float = 0.3
    listen: str = "127.0.0.1:0"
    process: Process | None = None

    async def start(self) -> None:
        """Switch it on, at the same address as before."""
        # Spares the tests the first seconds in which a machine gets no work; true only once.
        running_for = "10" if self.process is None else "0"
        self.process = await Process.start(
            "simulated-printer", "--name", self.machine_id, "--listen", self.listen,
            "--ledger", str(self.folder / "ledger.jsonl"),
            "--books-per-minute", str(self.books_per_minute),
            "--faults", self.faults, "--fault-seconds", str(self.fault_seconds),
            "--running-for", running_for,
        )  # fmt: skip
        self.listen = self.process.address

    async def stop(self) -> None:
        """Switch it off without notice."""
        if self.process is not None:
            await self.process.end()

    @property
    def uri(self) -> str:
        """Its IPP address."""
        return f"ipp://{self.listen}/ipp/print"

    @property
    def ledger(self) -> list[LedgerEntry]:
        """The books that came out of it, oldest first."""
        return ledger.read_ledger(self.folder / "ledger.jsonl")

    def zone_of(self, serial: str) -> str:
        """Return the machine readable zone of the latest page of a book in the tray."""
        pages = sorted((self.folder / "tray").glob(f"*-{serial}.pdf"))
        zone = extract_mrz(pages[-1].read_bytes())
        return zone.upper + zone.lower
