"""A database from before undecided decisions were counted counts them when it is brought up."""

import json
from pathlib import Path

from matcher.domain.decision import DecisionOutcome
from matcher.store.store import MIGRATIONS
from servicekit.storage.database import migrate

from services.databases import execute

from . import older_database


def test_those_already_recorded_are_counted(tmp_path: Path) -> None:
    url = older_database.make(tmp_path, "0001")
    for number, outcome in enumerate(
        [DecisionOutcome.UNDECIDED, DecisionOutcome.HIT, DecisionOutcome.UNDECIDED], 1
    ):
        record = json.dumps({"outcome": outcome, "decided_at": "2018-10-26T01:00:00Z"}).encode()
        statement = f"INSERT INTO decisions VALUES ({number}, '{number}', :record, :hash)"
        execute(url, statement, record=record, hash=b"")

    migrate(url, MIGRATIONS)

    assert execute(url, "SELECT undecided_decisions FROM head") == [(2,)]
