"""Who causes an event."""

from dataclasses import dataclass

from servicekit.security.identity import NATIONAL


@dataclass(frozen=True, slots=True)
class Actor:
    """Who causes an event: an identity, its role, the person for whom a service acts, its office.

    office: the id, or that of national callers.
    """

    uri: str
    role: str
    on_behalf_of: str = ""
    office: str = NATIONAL

    @property
    def person(self) -> str:
        """Identity of the person who causes the event, also through a service."""
        return self.on_behalf_of or self.uri

    def may_know(self, office: str) -> bool:
        """Return whether the applications of an office may be named to the actor."""
        return self.office in (office, NATIONAL)


ISSUANCE = Actor("service:issuance", "service:issuance")
"""The service itself, acting on what other services answered."""
