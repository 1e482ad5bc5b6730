"""`issuance backup` and `issuance restored` do their work, or say in one line why not."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from issuance.__main__ import main
from servicekit.security.development_certificates import issue_certificate

OFFICE = """INSERT INTO offices (id, name, country, timezone, opens, closes, collection_from,
    promise_working_days, printer, languages, revision)
    VALUES ('BJM', 'Banjarmasin', 'ID', 'Asia/Makassar', '08:00:00.000000', '16:00:00.000000',
    '14:00:00.000000', 3, 'localhost:2', '["id"]', 1)"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Settings of an issuance with one office and a new database."""
    tls = issue_certificate(tmp_path / "pki", office="national", service="issuance")
    file = tmp_path / "issuance.toml"
    file.write_text(
        f"""
        certificate = "{tls.certificate}"
        private_key = "{tls.private_key}"
        authority = "{tls.authority}"
        policy_file = "{tmp_path}/policy.toml"
        database_url = "sqlite+aiosqlite:///{tmp_path}/issuance.sqlite"
        matcher = "localhost:1"
        clearance_key = "{tmp_path}/clearance.key"
        clearance_key_id = "test"
        [[offices]]
        id = "BJM"
        name = "Banjarmasin"
        timezone = "Asia/Makassar"
        printer = "localhost:2"
        machines = 4
        books_per_machine_per_day = 40.5
        """
    )
    return file


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    """Run a command; return its exit code and what it wrote to stderr."""
    code = 0
    try:
        main([str(argument) for argument in arguments])
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, capsys.readouterr().err


def restores(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [office for (office,) in connection.execute("SELECT office FROM restores")]


def test_a_backup_is_a_database(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["migrate", "--config", str(config)])

    first = run(capsys, "backup", "--config", config, "--to", tmp_path / "copy.sqlite")
    again = run(capsys, "backup", "--config", config, "--to", tmp_path / "copy.sqlite")

    assert first == (0, "")
    assert again == (
        2,
        f"issuance backup: {tmp_path}/copy.sqlite exists; name a new file\n",
    )
    assert restores(tmp_path / "copy.sqlite") == []


def test_a_server_is_not_backed_up(
    config: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PASSPORT_ISSUANCE_DATABASE_URL", "postgresql+asyncpg://localhost/issuance")

    code, error = run(capsys, "backup", "--config", config, "--to", tmp_path / "copy.sqlite")

    assert (code, "pg_basebackup" in error) == (2, True)


def test_a_restore_names_offices_that_exist(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = tmp_path / "issuance.sqlite"
    main(["migrate", "--config", str(config)])
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(OFFICE)

    known = run(capsys, "restored", "--config", config, "--office", "BJM")
    unknown = run(capsys, "restored", "--config", config, "--office", "BJM", "--office", "JKT")

    assert known == (0, "")
    assert unknown == (2, "issuance restored: there is no office JKT\n")
    assert restores(database) == ["BJM"]


def test_all_settings_that_are_missing_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    code, error = run(capsys, "serve")

    assert code == 2
    assert error.startswith("issuance serve: certificate: Field required; private_key: ")
    assert error.count("\n") == 1


def test_a_server_that_is_away_is_named(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSPORT_ISSUANCE_DATABASE_URL", "postgresql+asyncpg://localhost:1/x")

    code, error = run(capsys, "migrate", "--config", config)

    assert (code, error.count("\n")) == (2, 1)
    assert error.startswith("issuance migrate: the database of database_url cannot be used: ")


def test_a_database_of_a_later_version_stays_as_it_is(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["migrate", "--config", str(config)])
    with closing(sqlite3.connect(tmp_path / "issuance.sqlite")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")

    code, error = run(capsys, "migrate", "--config", config)

    assert (code, error.count("\n")) == (2, 1)
    assert error.startswith("issuance migrate: the database was migrated by a later version: ")
