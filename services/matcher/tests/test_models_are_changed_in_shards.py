"""MigrateModel changes the models of all shards in the process, and back, as those of one index."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import Matchers
from .matcher_process import Matcher
from .test_models_are_changed_while_it_serves import (  # noqa: F401  tests, and what they need
    matcher,
    test_a_restart_changes_nothing,
    test_later_decisions_are_made_by_the_new_bundle,
    test_one_goes_back_to_a_bundle_that_knows_whoever_came_since,
)


@pytest.fixture
def matchers(pki: Path, tmp_path: Path) -> Iterator[Matchers]:
    made: list[Matcher] = []

    def make(name: str = "matcher", **settings: Any) -> Matcher:
        made.append(Matcher(tmp_path / name, pki, index_shards=2, **settings))
        made[-1].command("migrate")
        return made[-1]

    yield make
    for each in made:
        if each.is_alive():
            each.kill()
