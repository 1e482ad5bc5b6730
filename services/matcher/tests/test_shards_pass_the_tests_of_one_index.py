"""A matcher whose index is in shards answers its callers as one whose index is in one piece.

These are tests of other files, against four shards in its process; `make test-shards` runs all that
start a matcher of their own or share one, against shards in processes of Ray.
"""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from .conftest import Matchers, matchers_in, running
from .matcher_process import Matcher
from .test_administrators_care_for_the_index import *  # noqa: F403
from .test_fingers_at_other_positions_are_found import *  # noqa: F403
from .test_persons_are_moved_merged_and_deleted import *  # noqa: F403
from .test_two_people_enrolling_at_once_are_caught import *  # noqa: F403

pytestmark = pytest.mark.timeout(600)  # on a busy machine Ray takes minutes to start

SHARDS = 4
del test_a_snapshot_is_written_and_verified  # noqa: F821  looks at the one file of one index


@pytest.fixture(scope="module")
def shared_matcher(pki: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matcher]:
    with running(tmp_path_factory.mktemp("sharded"), pki, index_shards=SHARDS) as matcher:
        yield matcher


@pytest.fixture
def matchers(pki: Path, tmp_path: Path) -> Iterator[Matchers]:
    with matchers_in(tmp_path, pki, index_shards=SHARDS) as make:
        yield make


def test_ray_is_asked_for_where_it_is_not_installed(
    matchers: Matchers, capsys: pytest.CaptureFixture[str]
) -> None:
    if find_spec("ray") is not None:
        pytest.skip("Ray is installed")
    matcher = matchers(shard_engine="ray")

    with pytest.raises(SystemExit):
        matcher.command("serve")

    assert "needs the extra ray" in capsys.readouterr().err
