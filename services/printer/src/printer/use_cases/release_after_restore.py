"""Let an office print again after its database was restored, once two persons agree."""

from printer.domain.attribution import Attribution
from printer.domain.errors import NothingToRelease
from printer.domain.restore import Restore, RestoreFinding
from printer.domain.two_persons import Proposal, ProposedAction
from printer.store.records import Records
from printer.use_cases.two_persons import two_persons_agree


async def release_after_restore(records: Records, explanation: str, by: Attribution) -> str:
    """Release the restore, or propose that; return what has to happen next, empty if nothing.

    Raises NothingToRelease, SecondPersonRequired, or NotPermitted if no person calls.
    """
    restore = await records.restores.unreleased()
    if restore is None:
        raise NothingToRelease("no restore of the database waits to be released")
    proposal = Proposal(
        action=ProposedAction.RELEASE_AFTER_RESTORE,
        subject=restore.subject,
        explanation=explanation,
        by=by,
    )
    if not await two_persons_agree(records, proposal):
        return proposal.waiting_for
    await records.restores.release(restore, explanation, by)
    return ""


async def restore_findings(records: Records) -> tuple[Restore | None, list[RestoreFinding]]:
    """Return the unreleased restore and what was found after it; None and nothing without one."""
    restore = await records.restores.unreleased()
    return restore, await records.restores.findings(restore) if restore else []
