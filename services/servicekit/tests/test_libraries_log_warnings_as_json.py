import json
import logging
from typing import Any

import pytest
from servicekit.process import logs

LIBRARY = logging.getLogger("a.library")


@pytest.fixture(autouse=True)
def handlers_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_whatever_logged_before(capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger().addHandler(logging.StreamHandler())
    logs.configure("debug")

    LIBRARY.info("of no use")
    LIBRARY.warning("the disk is slow")

    [line] = written(capsys)
    assert (line["level"], line["event"]) == ("warning", "the disk is slow")


def test_from_the_level_set_last(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info")
    logs.configure("error")

    LIBRARY.warning("the disk is slow")
    LIBRARY.error("the disk is full")

    assert [line["event"] for line in written(capsys)] == ["the disk is full"]
