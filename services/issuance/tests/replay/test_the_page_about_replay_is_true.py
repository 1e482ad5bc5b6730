import json
import re
from pathlib import Path

import pytest
from issuance.__main__ import main

from .running import Replay, Scenario

ROOT = Path(__file__).parents[4]
BLOCKS = re.findall(
    r"```(\w*)\n(.*?)```", (ROOT / "docs" / "replay.md").read_text(encoding="utf-8"), re.DOTALL
)


def block(kind: str, number: int = 0) -> str:
    texts: list[str] = [text for language, text in BLOCKS if language == kind]
    return texts[number]


def test_the_command_on_the_page_prints_the_table_on_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program, arguments = block("sh").split(" issuance ")
    monkeypatch.chdir(ROOT)

    main([*arguments.split()[:-1], str(tmp_path / "plan.json")])

    assert program == "uv run"
    assert capsys.readouterr().out == block("")
    rows = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))["schedule"]
    assert json.loads(block("json"))["schedule"][0] in rows


def test_the_refusal_on_the_page_is_given(
    replay: Replay, banjarmasin: Scenario, capsys: pytest.CaptureFixture[str]
) -> None:
    banjarmasin["arrivals"]["2018-10-26"] = -1

    replay(banjarmasin)

    assert capsys.readouterr().err == block("", 1)
