"""A database from before undecided decisions were counted counts them when it is brought up."""

import json
from pathlib import Path

from matcher.domain.decision import DecisionOutcome
from matcher.store.store import MIGRATIONS
from servicekit.storage.database import migrate
from sqlalchemy import create_engine, text


def test_those_already_recorded_are_counted(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/matcher.sqlite"
    migrate(url, MIGRATIONS)
    engine = create_engine(url.replace("+aiosqlite", ""))
    with engine.begin() as database:
        database.execute(text("ALTER TABLE head DROP COLUMN undecided_decisions"))
        database.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        for number, outcome in enumerate(
            [DecisionOutcome.UNDECIDED, DecisionOutcome.HIT, DecisionOutcome.UNDECIDED], 1
        ):
            database.execute(
                text("INSERT INTO decisions VALUES (:number, :id, :record, :hash)"),
                {
                    "number": number,
                    "id": str(number),
                    "record": json.dumps({"outcome": outcome}).encode(),
                    "hash": b"",
                },
            )

    migrate(url, MIGRATIONS)

    with engine.connect() as database:
        assert database.scalar(text("SELECT undecided_decisions FROM head")) == 2
    engine.dispose()
