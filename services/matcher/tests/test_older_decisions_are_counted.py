"""A database from before undecided decisions were counted counts them when it is brought up."""

import json
from pathlib import Path

from matcher.domain.decision import DecisionOutcome
from matcher.store.store import MIGRATIONS
from servicekit.storage.database import migrate
from sqlalchemy import create_engine, text

from . import older_database


def test_those_already_recorded_are_counted(tmp_path: Path) -> None:
    url = older_database.make(tmp_path, "0001")
    engine = create_engine(url.replace("+aiosqlite", ""))
    with engine.begin() as database:
        for number, outcome in enumerate(
            [DecisionOutcome.UNDECIDED, DecisionOutcome.HIT, DecisionOutcome.UNDECIDED], 1
        ):
            database.execute(
                text("INSERT INTO decisions VALUES (:number, :id, :record, :hash)"),
                {
                    "number": number,
                    "id": str(number),
                    "record": json.dumps(
                        {"outcome": outcome, "decided_at": "2018-10-26T01:00:00Z"}
                    ).encode(),
                    "hash": b"",
                },
            )

    migrate(url, MIGRATIONS)

    with engine.connect() as database:
        assert database.scalar(text("SELECT undecided_decisions FROM head")) == 2
    engine.dispose()
