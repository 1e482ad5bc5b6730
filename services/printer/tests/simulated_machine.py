"""The simulated machine as a process of its own, switched on and off by tests."""

import hashlib
import os
import signal
import ssl
from dataclasses import dataclass
from pathlib import Path

from printer.chip.elementary_files import ElementaryFiles
from printer.page.verification import extract_mrz
from printer.simulated_printer import ledger
from printer.simulated_printer.chip_writer import read_chip
from printer.simulated_printer.ledger import LedgerEntry
from servicekit.security.tls import TlsFiles

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
    tls: TlsFiles | None = None
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
            "--running-for", running_for, *self._tls_options(),
        )  # fmt: skip
        self.listen = self.process.address

    def _tls_options(self) -> tuple[str, ...]:
        if self.tls is None:
            return ()
        certificate, key = str(self.tls.certificate), str(self.tls.private_key)
        return ("--tls-certificate", certificate, "--tls-key", key)

    async def stop(self) -> None:
        """Switch it off without notice."""
        if self.process is not None:
            await self.process.end()

    def freeze(self) -> None:
        """Let it answer no more and do nothing, but forget nothing either."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on where it was frozen."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGCONT)

    @property
    def uri(self) -> str:
        """Its IPP address."""
        return f"{'ipps' if self.tls else 'ipp'}://{self.listen}/ipp/print"

    @property
    def certificate_sha256(self) -> bytes | None:
        """SHA-256 of the certificate that it shows; None if it speaks ipp."""
        if self.tls is None:
            return None
        der = ssl.PEM_cert_to_DER_cert(self.tls.certificate.read_text())
        return hashlib.sha256(der).digest()

    @property
    def ledger(self) -> list[LedgerEntry]:
        """The books that came out of it, oldest first."""
        return ledger.read_ledger(self.folder / "ledger.jsonl")

    def chip_of(self, serial: str) -> ElementaryFiles:
        """Return the files on the chip of a book."""
        return read_chip(self.folder / "chips" / serial)

    def has_chip(self, serial: str) -> bool:
        """Return whether it wrote the chip of a book."""
        return (self.folder / "chips" / serial).is_dir()

    def page_of(self, serial: str) -> bytes:
        """Return the latest page of a book in the tray, a PDF."""
        return sorted((self.folder / "tray").glob(f"*-{serial}.pdf"))[-1].read_bytes()

    def zone_of(self, serial: str) -> str:
        """Return the machine readable zone of the latest page of a book in the tray."""
        zone = extract_mrz(self.page_of(serial))
        return zone.upper + zone.lower
