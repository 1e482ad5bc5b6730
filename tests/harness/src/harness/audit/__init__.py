"""The end of the fortnight is checked from the outside: services against machines and people.

Nothing here trusts a service's own sums: serials come from the machines' ledgers, document numbers
from the text of the printed pages, identities from the making of the world.
"""

from harness.audit.books import books
from harness.audit.days import dates, notices, queue
from harness.audit.evidence import Evidence, day, gather
from harness.audit.people import identities, people

__all__ = [
    "Evidence",
    "books",
    "dates",
    "day",
    "gather",
    "identities",
    "notices",
    "people",
    "queue",
]
