"""How long may what was recorded to last until a time last, by a clock that may have been wrong?

Leases, pauses and postponements are recorded with the time at which they end. A clock that ran
ahead by an hour, and was set back, leaves some that would last an hour longer than any should.
"""

from datetime import datetime, timedelta


def latest_end(now: datetime, longest: timedelta) -> datetime:
    """Return the latest time at which what lasts `longest` at most may still end.

    What is recorded to end later was recorded by a clock that ran ahead: it is over. Now may be
    twice the longest before that time, as the clocks of two replicas never agree exactly, and
    what one of them has just leased must hold for the other. now: real time.
    """
    return now + 2 * longest
