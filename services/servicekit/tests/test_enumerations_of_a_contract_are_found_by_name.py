from enum import Enum

import pytest
from passport.type.v1 import civil_pb2
from servicekit.grpc.enum_codes import enum_codes, members_by_code


class Urgency(Enum):
    NORMAL = "not urgent"
    EMERGENCY = "today"


class Colour(Enum):
    RED = "red"


def test_each_member_has_the_code_of_its_name() -> None:
    codes = enum_codes(Urgency, civil_pb2.PriorityClass)

    assert codes == {
        Urgency.NORMAL: civil_pb2.PRIORITY_CLASS_NORMAL,
        Urgency.EMERGENCY: civil_pb2.PRIORITY_CLASS_EMERGENCY,
    }
    assert members_by_code(codes)[civil_pb2.PRIORITY_CLASS_EMERGENCY] is Urgency.EMERGENCY


def test_a_member_that_the_contract_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="PRIORITY_CLASS_RED"):
        enum_codes(Colour, civil_pb2.PriorityClass)
