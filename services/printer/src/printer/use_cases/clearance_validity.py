"""Is a clearance valid now? By what this office itself knows, so also without the centre."""

from collections.abc import Mapping
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from servicekit.errors import DomainError, InvalidRequest

from printer.domain.attribution import Attribution
from printer.domain.clearance import Clearance, ClearanceVerifier
from printer.domain.errors import ClearanceExpired, ClearanceRevoked
from printer.domain.job import Job
from printer.domain.job_transitions import JobEvent
from printer.domain.trusted_key import TrustPeriod, trust_periods
from printer.store.records import Records
from printer.trusted_keys import read_trusted_key, trusted_key_pem


class ClearanceValidity:
    """Verifies clearances by the keys of the settings, those put since, and the revocations.

    keys: issuance's public keys by `kid`, from the settings; one put or withdrawn since overrides
    them.
    """

    def __init__(self, office: str, keys: Mapping[str, Ed25519PublicKey]) -> None:
        self._office = office
        self._keys = keys

    async def trust_periods(self, records: Records) -> list[TrustPeriod]:
        """Return since when, and until when, each key was trusted here."""
        of_settings = [(kid, trusted_key_pem(key)) for kid, key in self._keys.items()]
        return trust_periods(of_settings, await records.clearances.key_events())

    async def verifier(self, records: Records) -> ClearanceVerifier:
        """Return the verifier with the keys that are trusted now."""
        put = await records.clearances.keys()
        kept = {kid: key for kid, key in self._keys.items() if kid not in put}
        added = {kid: read_trusted_key(pem) for kid, pem in put.items() if pem}
        return ClearanceVerifier(kept | added, self._office)

    async def refusal(
        self, records: Records, job: Job, now: datetime
    ) -> tuple[JobEvent, str] | None:
        """Return what happens to a job whose clearance is no longer valid, and why; else None.

        Expired and revoked ones never become valid again; a key may be trusted again.
        """
        clearance_id, token = await records.printed_data.clearance(job.job_id)
        try:
            clearance = (await self.verifier(records)).verify_token(token, now)
            await refuse_revoked(records, clearance)
        except (ClearanceExpired, ClearanceRevoked) as error:
            return JobEvent.FAIL, error.message
        except DomainError as error:
            return JobEvent.HOLD, f"clearance {clearance_id}: {error.message}"
        return None


async def refuse_revoked(records: Records, clearance: Clearance) -> None:
    """Raise ClearanceRevoked if the clearance was revoked."""
    reason = await records.clearances.revocation(clearance)
    if reason is not None:
        raise ClearanceRevoked(f"the clearance was revoked: {reason}")


async def revoke_clearance(
    records: Records, clearance_id: str, document_number: str, reason: str, by: Attribution
) -> list[Job]:
    """Revoke a clearance by its id or its document number; return the jobs that it made.

    A document number's revocation is for what issuance released before it, by another clock than
    this service's, so the clearances of the jobs that are here are also revoked by their ids.
    Jobs without a book fail when they would be printed next. Raises InvalidRequest unless exactly
    one of both is given.
    """
    if bool(clearance_id) == bool(document_number):
        raise InvalidRequest(
            "give either the clearance or the document number", field="clearance_id"
        )
    await records.clearances.revoke(clearance_id, document_number, reason, by)
    jobs = await records.jobs.with_clearance(clearance_id, document_number)
    if document_number:
        for job in jobs:
            made_by, _ = await records.printed_data.clearance(job.job_id)
            await records.clearances.revoke(made_by, "", reason, by)
    return jobs
