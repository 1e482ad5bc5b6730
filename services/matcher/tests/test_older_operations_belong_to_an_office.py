"""Operations from before their office was kept get it from the identities that they were for."""

from pathlib import Path

from matcher.store.store import MIGRATIONS
from servicekit.storage.database import migrate

from services.databases import execute

from . import older_database

OFFICE = "spiffe://id/office/BJM/service/issuance"
NATIONAL = "spiffe://id/office/national/service/issuance"
EXAMINER = "spiffe://id/office/MTP/user/eka/role/examiner"


def test_it_is_of_the_person_acted_for_else_of_the_caller(tmp_path: Path) -> None:
    url = older_database.make(tmp_path, "0010")
    for operation_id, caller, person in (
        ("one", OFFICE, None),
        ("two", NATIONAL, None),
        ("three", NATIONAL, EXAMINER),
    ):
        execute(
            url,
            "INSERT INTO operations VALUES (:id, 'method', :caller, :person, :request, 5, "
            "NULL, 1, '2018-10-26', '2018-10-26', '2018-10-26', NULL, NULL, FALSE, 0, '', NULL)",
            id=operation_id,
            caller=caller,
            person=person,
            request=bytes(1),
        )

    migrate(url, MIGRATIONS)

    rows = execute(url, "SELECT operation_id, office_id FROM operations")
    assert set(rows) == {("one", "BJM"), ("two", "national"), ("three", "MTP")}
