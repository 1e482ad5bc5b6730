"""Client of a machine for the dispatcher only: announces each request that changes something."""

from printer.domain.printer_client import JobSubmission, MachineJob, PrinterClient, PrinterStatus
from printer.store.dispatch_epoch import DispatchEpoch


class FencedPrinterClient:
    """The PrinterClient by which a driver cannot change anything at a machine unannounced.

    Requests that change something raise DispatchEpochLost, before anything is sent, once another
    process dispatches.
    """

    def __init__(self, client: PrinterClient, epoch: DispatchEpoch) -> None:
        self._client = client
        self._epoch = epoch

    async def get_status(self) -> PrinterStatus:
        """See PrinterClient."""
        return await self._client.get_status()

    async def find_job(self, name: str, expected_id: int | None = None) -> MachineJob | None:
        """See PrinterClient."""
        return await self._client.find_job(name, expected_id)

    async def pending_jobs(self) -> list[MachineJob]:
        """See PrinterClient."""
        return await self._client.pending_jobs()

    async def all_jobs(self) -> list[MachineJob]:
        """See PrinterClient."""
        return await self._client.all_jobs()

    async def create_job(self, submission: JobSubmission) -> int:
        """See PrinterClient."""
        await self._epoch.announce_request()
        return await self._client.create_job(submission)

    async def send_document(self, machine_job_id: int, submission: JobSubmission) -> None:
        """See PrinterClient."""
        await self._epoch.announce_request()
        await self._client.send_document(machine_job_id, submission)

    async def cancel_job(self, machine_job_id: int) -> None:
        """See PrinterClient."""
        await self._epoch.announce_request()
        await self._client.cancel_job(machine_job_id)
