"""Trust a key of issuance once two persons agree, or withdraw that trust."""

from hashlib import sha256

from servicekit.errors import InvalidRequest

from printer.domain.attribution import Attribution
from printer.domain.trusted_key import TrustedKeyEvent
from printer.domain.two_persons import Proposal, ProposedAction
from printer.store.records import Records
from printer.trusted_keys import read_trusted_key
from printer.use_cases.two_persons import two_persons_agree


async def trust_key(
    records: Records, kid: str, public_key_pem: str, reason: str, by: Attribution
) -> Proposal | None:
    """Trust a key from now on, or return the proposal that a second person has to confirm.

    Confirmed is what names the same key: its name and its PEM. Raises InvalidRequest if it is no
    Ed25519 public key, SecondPersonRequired, or NotPermitted if no person calls.
    """
    try:
        read_trusted_key(public_key_pem)
    except ValueError:
        raise InvalidRequest("not an Ed25519 public key in PEM", field="public_key_pem") from None
    digest = sha256(public_key_pem.encode()).hexdigest()
    proposal = Proposal(
        action=ProposedAction.TRUST_KEY,
        subject=f"keys/{kid}/{digest}",
        explanation=reason,
        by=by,
    )
    confirmed = await two_persons_agree(records, proposal)
    if confirmed is None:
        return proposal
    event = TrustedKeyEvent(
        kid=kid,
        public_key_pem=public_key_pem,
        by=by,
        proposed_by=confirmed.by.who,
        reason=reason or confirmed.explanation,
    )
    await records.clearances.add_key_event(event)
    return None


async def withdraw_trust(records: Records, kid: str, reason: str, by: Attribution) -> None:
    """Trust the key of this name no longer.

    One person suffices: it must not wait, and takes back nothing but the permission to print.
    """
    event = TrustedKeyEvent(kid=kid, public_key_pem="", by=by, reason=reason)
    await records.clearances.add_key_event(event)
