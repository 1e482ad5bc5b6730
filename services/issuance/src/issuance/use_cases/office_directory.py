"""The offices as this process knows them: the only copy outside of the database."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from issuance.domain.expected_time import EXPECTED_TIMES
from issuance.domain.office import Office
from issuance.domain.states import ApplicationState
from issuance.store.records import Records


class OfficeDirectory(Mapping[str, Office]):
    """All offices by id, as of the last refresh; removed ones too, to which old rows refer.

    Replaced as a whole, so that whoever holds an office has one state of it. expected_times: of
    every office, a setting.
    """

    def __init__(
        self, expected_times: Mapping[ApplicationState, timedelta] = EXPECTED_TIMES
    ) -> None:
        self._expected_times = expected_times
        self._offices: Mapping[str, Office] = {}
        self._change_count: int | None = None

    def __getitem__(self, office: str) -> Office:
        return self._offices[office]

    def __iter__(self) -> Iterator[str]:
        return iter(self._offices)

    def __len__(self) -> int:
        return len(self._offices)

    async def know(self, records: Records, office: str) -> None:
        """Read the offices again if this process has not heard of one yet.

        Another replica may have added it a moment ago, and its work comes here at once.
        """
        if office not in self:
            await self.refresh(records)

    async def refresh(self, records: Records) -> None:
        """Read the offices again if this process or another has changed any."""
        change_count = await records.offices.change_count()
        if change_count != self._change_count:
            self._offices = {
                id: replace(office, expected_times=self._expected_times)
                for id, office in (await records.offices.all()).items()
            }
            self._change_count = change_count

    def printers(self) -> dict[str, str]:
        """Return the address of the printer of each office that has one and is not removed."""
        return {
            office.id: office.printer
            for office in self._offices.values()
            if office.printer and not office.is_removed
        }
