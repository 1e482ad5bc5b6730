"""Who acts in the tests of the use cases, and an applicant."""

from datetime import date

from issuance.domain.actor import Actor
from issuance.serialization import calendar_date
from passport.type.v1.civil_pb2 import BiographicData


def identity(user: str, role: str, office: str = "BJM") -> Actor:
    """Somebody of an office, as the history names them."""
    return Actor(f"spiffe://ID/office/{office}/user/{user}/role/{role}", role, office=office)


def a_holder(born_on: str, birth_place: str = "Martapura") -> bytes:
    """The data to be printed of somebody born on a day, as in 1990-02-28."""
    day = calendar_date(date.fromisoformat(born_on))
    return BiographicData(birth_place=birth_place, born_on=day).SerializeToString()


HOLDER = a_holder("1990-02-28")
