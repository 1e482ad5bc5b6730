"""Operations from before their office was kept get it from the identities that they were for."""

from pathlib import Path

from matcher.store.store import MIGRATIONS
from servicekit.storage.database import migrate
from sqlalchemy import create_engine, text

from . import older_database

OFFICE = "spiffe://id/office/BJM/service/issuance"
NATIONAL = "spiffe://id/office/national/service/issuance"
EXAMINER = "spiffe://id/office/MTP/user/eka/role/examiner"


def test_it_is_of_the_person_acted_for_else_of_the_caller(tmp_path: Path) -> None:
    url = older_database.make(tmp_path, "0010")
    engine = create_engine(url.replace("+aiosqlite", ""))
    with engine.begin() as database:
        for operation_id, caller, person in (
            ("one", OFFICE, None),
            ("two", NATIONAL, None),
            ("three", NATIONAL, EXAMINER),
        ):
            database.execute(
                text(
                    "INSERT INTO operations VALUES (:id, 'method', :caller, :person, x'00', 5, "
                    "NULL, 1, '2018-10-26', '2018-10-26', '2018-10-26', NULL, NULL, 0, 0, '', NULL)"
                ),
                {"id": operation_id, "caller": caller, "person": person},
            )

    migrate(url, MIGRATIONS)

    with engine.connect() as database:
        rows = database.execute(text("SELECT operation_id, office_id FROM operations")).all()
    engine.dispose()
    assert {tuple(row) for row in rows} == {("one", "BJM"), ("two", "national"), ("three", "MTP")}
