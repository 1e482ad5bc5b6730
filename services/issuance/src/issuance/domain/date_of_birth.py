"""Which dates of birth are possible?"""

from datetime import date

from issuance.domain.working_time import BadDate

LONGEST_LIFE = 130
"""Years; nobody is known to have lived longer."""


def require_possible_birth(born_on: date, today: date, field: str) -> None:
    """Raise BadDate, naming `field`, for a birth after `today` or longer ago than people live."""
    if born_on > today:
        raise BadDate("the date of birth is in the future", field=field)
    if today.year - born_on.year > LONGEST_LIFE:
        raise BadDate(
            f"the date of birth is more than {LONGEST_LIFE} years ago: check the year", field=field
        )
