import socket
from pathlib import Path

import pytest
from servicekit.errors import DatabaseUnavailable
from servicekit.process.command_line import explained_failure
from servicekit.process.settings import ServiceSettings
from servicekit.storage import database
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError


def _line(error: Exception, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended, explained_failure("printer", "serve"):
        raise error
    assert ended.value.code == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    return line.removesuffix("\n")


def _raised(*, config: Path | None = None) -> ValueError:
    with pytest.raises(ValueError) as raised:  # noqa: PT011  its text is what is tested
        ServiceSettings.load(config)
    return raised.value


def _sql_error() -> SQLAlchemyError:
    with (
        pytest.raises(SQLAlchemyError) as raised,
        create_engine("sqlite://").connect() as connection,
    ):
        connection.execute(text("SELECT * FROM jobs"))
    return raised.value


def test_a_file_that_is_missing_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    line = _line(FileNotFoundError(2, "No such file", "/nowhere.toml"), capsys)

    assert line == "printer serve: [Errno 2] No such file: '/nowhere.toml'"


def test_a_file_that_is_no_toml_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "printer.toml"
    config.write_text("listen = [")

    line = _line(_raised(config=config), capsys)

    assert line.startswith(f"printer serve: {config} is not TOML: ")


def test_every_setting_that_is_missing_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    line = _line(_raised(), capsys)

    assert line.startswith(
        "printer serve: certificate: Field required; private_key: Field required"
    )


def test_a_database_without_tables_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    line = _line(_sql_error(), capsys)

    assert "no such table: jobs" in line
    assert line.endswith("(was `printer migrate` run?)")


def test_a_server_that_is_away_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    error = DatabaseUnavailable("the database cannot be used at present")
    error.__cause__ = OSError("connection refused\nto 127.0.0.1")

    line = _line(error, capsys)

    assert line == "printer serve: the database cannot be used at present: connection refused"


def test_several_lines_become_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert _line(ValueError("one\ntwo"), capsys) == "printer serve: one two"


def test_a_fault_of_the_program_passes() -> None:
    with pytest.raises(KeyError), explained_failure("printer", "serve"):
        raise KeyError("job")


def test_an_interruption_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, explained_failure("printer", "serve"):
        raise KeyboardInterrupt

    assert ended.value.code == 130
    assert capsys.readouterr().err == ""


def test_what_says_nothing_is_named_by_its_kind(capsys: pytest.CaptureFixture[str]) -> None:
    silent = DatabaseUnavailable("the database cannot be used at present")
    silent.__cause__ = TimeoutError()

    assert _line(TimeoutError(), capsys) == "printer serve: TimeoutError"
    assert _line(silent, capsys).endswith("at present: TimeoutError")


def test_a_server_that_accepts_connections_and_says_nothing_is_explained(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(database, "_CONNECT_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql+asyncpg://user:password@127.0.0.1:{silent.getsockname()[1]}/db"

        with pytest.raises(OSError, match="cannot be used: TimeoutError"):
            database.migrate(f"{url}?ssl=disable", str(tmp_path))
