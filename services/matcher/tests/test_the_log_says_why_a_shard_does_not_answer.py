"""A shard that cannot be read, as a firewall is in between, is told from one that has ended."""

from typing import Any, cast

import pytest
from matcher.domain.errors import NotReady
from matcher.domain.person_part import EVERYBODY
from matcher.shard_replica import IN_SERVICE, ShardReplica

from services.captured_logs import captured_logs


@pytest.mark.parametrize(
    ("lost", "reason"),
    [
        (NotReady("not ready: a shard cannot be read: refused"), "cannot be read: refused"),
        (TimeoutError(), "TimeoutError()"),
    ],
)
def test_the_reason_is_logged(lost: NotReady | TimeoutError, reason: str) -> None:
    replica = ShardReplica(EVERYBODY, cast(Any, None), IN_SERVICE, is_ready=True)

    with captured_logs() as logs:
        replica.lost(lost)

    (logged,) = logs
    assert logged["event"] == "shard_does_not_answer"
    assert reason in logged["reason"]
