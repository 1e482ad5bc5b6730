"""What an application costs, in rupiah: fee, surcharge of its priority class, penalty."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from issuance.domain.application_type import ApplicationType
from issuance.domain.collection_plan import PriorityClass


class BadTariff(ValueError):
    """A tariff that leaves something open."""


@dataclass(frozen=True, slots=True)
class Fee:
    """What one application costs, rupiah. penalty: for a loss or damage, part of it or 0."""

    total: int
    penalty: int = 0


@dataclass(frozen=True, slots=True)
class Tariff:
    """Amounts in rupiah. Raises BadTariff.

    fees: of each type. surcharges: of priority classes, added. penalties: of replacements, added
    unless a supervisor accepted force majeure.
    """

    fees: Mapping[ApplicationType, int]
    surcharges: Mapping[PriorityClass, int]
    penalties: Mapping[ApplicationType, int]

    def __post_init__(self) -> None:
        if missing := set(ApplicationType) - set(self.fees):
            raise BadTariff(f"there is no fee for {min(missing)}")
        if ApplicationType.NEW in self.penalties or ApplicationType.RENEWAL in self.penalties:
            raise BadTariff("penalties are for lost and damaged passports")
        amounts = [*self.fees.values(), *self.surcharges.values(), *self.penalties.values()]
        if min(amounts) < 0:
            raise BadTariff("an amount is negative")

    def fee(
        self, kind: ApplicationType, priority: PriorityClass, *, force_majeure: bool = False
    ) -> Fee:
        """Return what an application costs."""
        penalty = 0 if force_majeure else self.penalties.get(kind, 0)
        return Fee(self.fees[kind] + self.surcharges.get(priority, 0) + penalty, penalty)


INDONESIA_2019 = Tariff(
    fees=MappingProxyType(dict.fromkeys(ApplicationType, 350_000)),
    surcharges=MappingProxyType({PriorityClass.EXPEDITED: 1_000_000}),
    penalties=MappingProxyType(
        {
            ApplicationType.REPLACEMENT_LOST: 1_000_000,
            ApplicationType.REPLACEMENT_DAMAGED: 500_000,
        }
    ),
)
"""Government regulation (PP) 28/2019: passport of 48 pages without a chip."""
