"""An asked error rate is 0, for the service's own, or one between 1e-9 and a half."""

import protovalidate
import pytest
from passport.matcher.v1.identification_pb2 import SearchPolicy, VerifyRequest


def broken(message: SearchPolicy | VerifyRequest, field: str) -> bool:
    paths = [violation.proto.field for violation in protovalidate.collect_violations(message)]
    return any(path is not None and path.elements[0].field_name == field for path in paths)


@pytest.mark.parametrize("rate", [0.0, 1e-9, 0.001, 0.5])
def test_a_rate_that_means_something_is_taken(rate: float) -> None:
    assert not broken(SearchPolicy(target_fpir=rate), "target_fpir")
    assert not broken(VerifyRequest(target_fmr=rate), "target_fmr")


@pytest.mark.parametrize("rate", [-0.1, 1e-10, 0.51, float("nan"), float("inf")])
def test_any_other_is_refused_by_its_field(rate: float) -> None:
    assert broken(SearchPolicy(target_fpir=rate), "target_fpir")
    assert broken(VerifyRequest(target_fmr=rate), "target_fmr")
