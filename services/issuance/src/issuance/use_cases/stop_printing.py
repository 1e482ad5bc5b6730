"""An application that examiners look at is not printed, unless its printer may have it."""

from issuance.domain import case_printing
from issuance.domain.case import Case
from issuance.domain.case_errors import AtThePrinter
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.store.records import Records


async def stop_printing(records: Records, case: Case) -> Case:
    """Return the case without its print task, if no printer can have its job yet.

    A job that the printer has is finished, and its book held. Raises AtThePrinter once a clearance
    was signed: until a printer answers, nobody knows whether it has taken the job.
    """
    tasks = await records.outbox.withdraw(case.id, [OutboxTaskKind.PRINT])
    if any(task.leased_until or task.clearance for task in tasks):
        raise AtThePrinter("its print job is being submitted: try again later")
    return case_printing.not_printed(case) if tasks else case
