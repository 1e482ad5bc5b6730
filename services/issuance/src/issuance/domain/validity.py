"""How long is a passport valid, and who counts as a child?

The default is Indonesia's rule: Permenkumham 8/2014 as amended by 18/2022, article 2A. Ten years
for citizens who are 17 or have married, five for the others.
"""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class ValidityRule:
    """The rule of a country. Validities in years.

    adult_age: from that birthday, or from the marriage, nobody is a child. child_until_age:
    birthday beyond which no passport that was issued to a child is valid; None: no such limit.
    """

    adult_years: int = 10
    child_years: int = 5
    adult_age: int = 17
    child_until_age: int | None = None

    def is_child(self, born_on: date, day: date, *, married: bool) -> bool:
        """Return whether somebody is a child on a day."""
        return not married and day < years_later(born_on, self.adult_age)

    def last_day(
        self, born_on: date, issued_on: date, *, married: bool, emergency: int | None = None
    ) -> date:
        """Return the last day on which a passport is valid that is issued on a day.

        emergency: days of an emergency document, which is valid no longer than the passport.
        """
        if emergency is not None:
            passport = self.last_day(born_on, issued_on, married=married)
            return min(issued_on + timedelta(days=emergency), passport)
        if not self.is_child(born_on, issued_on, married=married):
            return years_later(issued_on, self.adult_years)
        last = years_later(issued_on, self.child_years)
        if self.child_until_age is None:
            return last
        return min(last, years_later(born_on, self.child_until_age))

    def printed_last_day(self, released_with: date | None, issued_on: date) -> date:
        """Return the last day that is printed. released_with: see `Case.expires_on`.

        Earlier versions, which stored none, made no difference for children.
        """
        return released_with or years_later(issued_on, self.adult_years)


def years_later(day: date, years: int) -> date:
    """Return the same day so many years later; 1 March if that year has no 29 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
