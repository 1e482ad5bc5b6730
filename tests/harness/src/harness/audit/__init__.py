"""Audits of a finished run from the outside: services against machine ledgers and ground truth.

No audit trusts a service's own sums: serials come from the machines' ledgers, document numbers from
the text of the printed pages, identities from the generated population.
"""

from harness.audit.applicants import identities, people
from harness.audit.books import books
from harness.audit.dates_and_notices import dates, notices, queue
from harness.audit.gathered import AuditData, day, gather

__all__ = [
    "AuditData",
    "books",
    "dates",
    "day",
    "gather",
    "identities",
    "notices",
    "people",
    "queue",
]
