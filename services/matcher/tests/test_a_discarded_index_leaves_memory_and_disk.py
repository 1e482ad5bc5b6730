"""What is discarded with a bundle of models is gone: nobody deletes people from it any more."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from matcher.__main__ import main
from matcher.index import compaction_plan

from . import matcher_process
from .bundles import administrator_of, make_bundle
from .caller import hits
from .conftest import Callers, Matchers
from .matcher_process import TIMEOUT_SECONDS, Matcher
from .people import fingers, given

PEOPLE = 4


def _serve_sealing_from_three_fingers(arguments: list[str]) -> None:
    compaction_plan._SEALED_FINGERS = 3
    main(arguments)


async def test_its_files_go_at_once(
    matchers: Matchers,
    callers: Callers,
    someone: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_bundle(tmp_path / "bundles", "next")
    monkeypatch.setattr(matcher_process, "main", _serve_sealing_from_three_fingers)
    matcher = matchers(model_bundles_folder=tmp_path / "bundles")
    matcher.start()
    caller = callers(matcher)
    administrator = administrator_of(matcher, callers)
    for person in range(PEOPLE):
        await caller.enrol(f"{person}", fingers(someone + person))
    of_packaged = matcher.folder / "index.snapshot.segments"
    of_next = matcher.folder / "index.snapshot.bundle-next" / "index.snapshot.segments"

    await _until(lambda: _has_files(of_packaged))
    await administrator.migrate("next")
    await _until(lambda: _has_files(of_next))
    await administrator.discard()
    await _until(lambda: not of_packaged.exists())
    mapped = _mapped(matcher)
    await administrator.migrate("packaged")
    await administrator.discard()
    await _until(lambda: not of_next.parent.exists())

    assert str(of_packaged) not in mapped
    found = await caller.identify(given(fingers(someone, impression=1)))
    assert hits(found) == ["person-of-0"]


def _mapped(matcher: Matcher) -> str:
    """The files that its process has mapped."""
    return Path(f"/proc/{matcher.pid}/maps").read_text()


def _has_files(folder: Path) -> bool:
    return folder.exists() and any(folder.iterdir())


async def _until(what: Callable[[], bool]) -> None:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not what():  # noqa: ASYNC110  nothing tells of it
            await asyncio.sleep(0.02)
