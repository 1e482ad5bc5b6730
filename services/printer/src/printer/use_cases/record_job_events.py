"""Record what the service itself found out about a job, and wake those that wait for it."""

from servicekit.process.clock import Clock

from printer.domain.attribution import PRINTER_SERVICE, Attribution
from printer.domain.job import Job
from printer.domain.job_transitions import JobEvent
from printer.store.records import Store
from printer.use_cases.apply_transition import apply_transition
from printer.use_cases.change_signal import ChangeSignal


class RecordJobEvents:
    """Applies events of one job, in one transaction of their own."""

    def __init__(self, store: Store, clock: Clock, signal: ChangeSignal) -> None:
        self._store = store
        self._clock = clock
        self._signal = signal

    async def __call__(self, job: Job, *events: JobEvent, reason: str = "") -> Job:
        """Apply the events to the job as it was read; return it as it is afterwards.

        Raises what `apply_transition` raises; nothing is changed then.
        """
        async with self._store.begin() as records:
            by = Attribution(PRINTER_SERVICE, self._clock.now())
            for event in events:
                job = await apply_transition(records, job, event, by, reason)
        self._signal.notify()
        return job
