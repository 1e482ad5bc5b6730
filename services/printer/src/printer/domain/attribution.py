"""Who did something, and when."""

from dataclasses import dataclass
from datetime import datetime

# The service itself, where no caller asked for a change.
PRINTER_SERVICE = "service:printer"


@dataclass(frozen=True, slots=True)
class Attribution:
    """Recorded with every change. who: URI of the caller, or PRINTER_SERVICE. at: business time."""

    who: str
    at: datetime
