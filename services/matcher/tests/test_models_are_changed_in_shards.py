"""MigrateModel changes the models of all shards, and back, as those of one index.

They are in the matcher's process; `make test-shards` runs it with shards in processes of Ray.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import Matchers, matchers_in
from .test_models_are_changed_while_it_serves import (  # noqa: F401  tests, and what they need
    matcher,
    test_a_restart_changes_nothing,
    test_later_decisions_are_made_by_the_new_bundle,
    test_one_goes_back_to_a_bundle_that_knows_whoever_came_since,
)

pytestmark = pytest.mark.timeout(600)  # on a busy machine Ray takes minutes to start


@pytest.fixture
def matchers(pki: Path, tmp_path: Path) -> Iterator[Matchers]:
    with matchers_in(tmp_path, pki, index_shards=2) as make:
        yield make
