"""The keys of issuance whose clearances are printed here, and since when each was trusted."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from printer.domain.attribution import Attribution


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedKeyEvent:
    """A key that was trusted, or the trust in the key of a name withdrawn.

    kid: name of the key, as clearances give it. public_key_pem: Ed25519, empty where the trust was
    withdrawn. by: who decided it last. proposed_by: URI of who proposed it, empty if nobody had to.
    reason: in words, may be empty.
    """

    kid: str
    public_key_pem: str
    by: Attribution
    proposed_by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustPeriod:
    """A time in which a key was trusted.

    began: None for a key of the settings, trusted from the first start on. ended: None while it is
    trusted.
    """

    kid: str
    public_key_pem: str
    began: TrustedKeyEvent | None
    ended: TrustedKeyEvent | None


def trust_periods(
    settings_keys: Iterable[tuple[str, str]], events: Iterable[TrustedKeyEvent]
) -> list[TrustPeriod]:
    """Return the times in which keys were trusted, by name and then by time.

    settings_keys: name and PEM of each. events: oldest first.
    """
    by_kid: dict[str, list[TrustedKeyEvent]] = {}
    for event in events:
        by_kid.setdefault(event.kid, []).append(event)
    of_settings = dict(settings_keys)
    return [
        period
        for kid in sorted(of_settings.keys() | by_kid.keys())
        for period in _periods(kid, of_settings.get(kid, ""), by_kid.get(kid, []))
    ]


def _periods(kid: str, pem: str, events: list[TrustedKeyEvent]) -> Iterator[TrustPeriod]:
    began = None
    for event in [*events, None]:
        if pem:
            yield TrustPeriod(kid=kid, public_key_pem=pem, began=began, ended=event)
        if event is not None:
            pem, began = event.public_key_pem, event
