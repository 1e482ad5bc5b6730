"""How an applicant is notified outside the office, and in which language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contact:
    """Where notices are sent: e-mail address and telephone number (E.164), each empty for none."""

    email: str = ""
    phone: str = ""

    def __bool__(self) -> bool:
        """Return whether there is one of both."""
        return bool(self.email or self.phone)


NO_CONTACT = Contact()
