"""Each RPC's comment names its callers, its error reasons and whether to retry, and is true."""

import re
from pathlib import Path

import pytest
from servicekit.errors import error_catalogue
from servicekit.security.access_policy import Policy

from .contracts import Rpc, rpcs

POLICY = Policy.load(Path(__file__).parents[2] / "deploy/policy/policy.toml")
ALL = [pytest.param(rpc, id=rpc.name) for rpc in rpcs()]


@pytest.mark.parametrize("rpc", ALL)
def test_comment_names_callers_and_retry(rpc: Rpc) -> None:
    assert re.search(r"Callers( and errors)?: ", rpc.comment)
    assert re.search(r"Retry: ", rpc.comment)


@pytest.mark.parametrize("rpc", ALL)
def test_reasons_named_are_in_the_catalogue(rpc: Rpc, every_reason: frozenset[str]) -> None:
    named = set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", rpc.comment + rpc.service_comment))

    assert named - every_reason - {"VERIFY_ONLY"} == set()


@pytest.mark.parametrize("rpc", ALL)
def test_policy_has_a_row(rpc: Rpc) -> None:
    assert POLICY.allow.get(rpc.name)


def test_policy_has_no_row_for_a_method_that_is_not_there() -> None:
    known = {rpc.name for rpc in rpcs()}

    assert {name for name in POLICY.allow if name.startswith("passport.")} == known


@pytest.mark.usefixtures("every_reason")
def test_a_service_uses_a_reason_for_one_error_only() -> None:
    used = [(error.__module__.split(".")[0], error.reason) for error in error_catalogue()]

    assert sorted(used) == sorted(set(used))
