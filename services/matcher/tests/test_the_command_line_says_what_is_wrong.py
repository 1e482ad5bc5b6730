"""Commands explain themselves, and fail with one clear line."""

from pathlib import Path

import pytest
from matcher.__main__ import main

from .matcher_process import Matcher


def _failure(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith(f"matcher {arguments[0]}: ")
    assert error.count("\n") == 1
    return error


@pytest.mark.parametrize(
    "command", ["serve", "migrate", "rebuild", "snapshot", "restored", "audit", "backup"]
)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])

    assert ended.value.code == 0
    assert "--config FILE" in capsys.readouterr().out


def test_evaluation_explains_itself_by_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", "--help"])

    assert ended.value.code == 0
    assert "--dpi 500 --dpi DB2_B=569 --hard --out result.json" in capsys.readouterr().out


def test_a_folder_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "result.json")

    assert "/nowhere" in _failure(capsys, "evaluate", "/nowhere", "--dpi", "500", "--out", out)


def test_a_missing_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert "/nowhere.toml" in _failure(capsys, "serve", "--config", "/nowhere.toml")


def test_a_missing_setting_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "matcher.toml"
    config.write_text('minimum_quality = "high"\n')

    error = _failure(capsys, "serve", "--config", str(config))

    assert "certificate: " in error
    assert "minimum_quality: " in error


def test_a_database_without_tables_is_not_served(
    tmp_path: Path, pki: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    matcher = Matcher(tmp_path, pki)
    config = matcher.write(matcher.settings())

    assert "matcher migrate" in _failure(capsys, "serve", "--config", str(config))


def test_commands_do_what_they_say(
    tmp_path: Path, pki: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    matcher = Matcher(tmp_path, pki)

    for command in ("migrate", "migrate", "rebuild", "snapshot", "audit", "restored"):
        matcher.command(command)

    said = capsys.readouterr().out.splitlines()
    assert said[:2] == ["the database is up to date"] * 2
    assert said[2:5] == [
        "0 embeddings were computed",
        "the snapshot includes all changes up to 0",
        "the chains of decision records and changes are unbroken",
    ]
