"""Outbox tasks that were recorded before they aged are ordered by the upgrade."""

from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from issuance.store.tables.outbox import outbox
from sqlalchemy import create_engine, select, text

VERSIONS = Path(__file__).parents[1] / "src/issuance/store/migrations/versions"


def test_outbox_tasks_that_wait_keep_their_order_after_an_upgrade(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/old.db")
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", "servicekit.storage:migration")
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", str(VERSIONS))
        command.upgrade(config, "0005")
        for id, priority_class in (("urgent", 0), ("expedited", 1), ("normal", 2)):
            connection.execute(
                text(
                    "INSERT INTO outbox VALUES (:id, 'identify', :id, 'BJM', :class, 1, '', x'', "
                    "'', '2018-10-26 01:00:00.000000', 0, '1970-01-01 00:00:00.000000', NULL, '', "
                    "'')"
                ),
                {"id": id, "class": priority_class},
            )

        command.upgrade(config, "head")

        ordered = connection.execute(
            select(outbox.c.id, outbox.c.queued_from).order_by(outbox.c.queued_from)
        ).all()
    assert [tuple(row) for row in ordered] == [
        ("urgent", datetime(2018, 8, 27, 1, tzinfo=UTC)),
        ("expedited", datetime(2018, 10, 19, 1, tzinfo=UTC)),
        ("normal", datetime(2018, 10, 26, 1, tzinfo=UTC)),
    ]
