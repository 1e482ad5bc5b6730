"""Who did something, and when."""

from dataclasses import dataclass
from datetime import datetime

from servicekit.errors import NotPermitted
from servicekit.security.identity import Caller, parse_identity

# The service itself, where no caller asked for a change.
PRINTER_SERVICE = "service:printer"


@dataclass(frozen=True, slots=True)
class Attribution:
    """Recorded with every change.

    who: URI of the person who asked for it, also where a service called on behalf of the person;
    of the calling service if it named none; or PRINTER_SERVICE. at: business time.
    """

    who: str
    at: datetime

    @property
    def person_name(self) -> str:
        """Name of the user in the certificate; raises NotPermitted if it was no person."""
        return self._person().name

    def is_same_person_as(self, other: "Attribution") -> bool:
        """Return whether both are one person, whatever office and role the certificates name.

        Raises NotPermitted if either was no person.
        """
        mine, theirs = self._person(), other._person()
        return (mine.country, mine.name) == (theirs.country, theirs.name)

    def _person(self) -> Caller:
        caller = None if self.who == PRINTER_SERVICE else parse_identity(self.who)
        if caller is None or caller.is_service:
            raise NotPermitted("a person must decide this; a service names the person it acts for")
        return caller
