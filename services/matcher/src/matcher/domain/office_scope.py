"""Which encounters has a caller access to? Those that its office captured, or all."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OfficeScope:
    """The offices whose encounters a caller has access to.

    office_id: the only one; None for all, as of a national caller or the service itself.
    """

    office_id: str | None = None

    def covers(self, office_id: str) -> bool:
        """Return whether encounters of this office are within the scope."""
        return self.office_id in (None, office_id)


ALL_OFFICES = OfficeScope()
