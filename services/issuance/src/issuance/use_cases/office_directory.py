"""The offices as this process knows them: the only copy outside of the database."""

from collections.abc import Iterator, Mapping

from issuance.domain.office import Office
from issuance.store.records import Records


class OfficeDirectory(Mapping[str, Office]):
    """All offices by id, as of the last refresh; removed ones too, to which old rows refer.

    Replaced as a whole, so that whoever holds an office has one state of it.
    """

    def __init__(self) -> None:
        self._offices: Mapping[str, Office] = {}
        self._change_count: int | None = None

    def __getitem__(self, office: str) -> Office:
        return self._offices[office]

    def __iter__(self) -> Iterator[str]:
        return iter(self._offices)

    def __len__(self) -> int:
        return len(self._offices)

    async def refresh(self, records: Records) -> None:
        """Read the offices again if this process or another has changed any."""
        change_count = await records.offices.change_count()
        if change_count != self._change_count:
            self._offices = await records.offices.all()
            self._change_count = change_count

    def printers(self) -> dict[str, str]:
        """Return the address of the printer of each office that has one and is not removed."""
        return {
            office.id: office.printer
            for office in self._offices.values()
            if office.printer and not office.is_removed
        }
