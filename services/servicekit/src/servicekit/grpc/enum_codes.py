"""Enumerations of a domain and their codes in a contract, which are named alike."""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Protocol, TypeVar

from google.protobuf.descriptor import EnumDescriptor

M = TypeVar("M", bound=Enum)
C = TypeVar("C")
C_co = TypeVar("C_co", covariant=True)


class ContractEnum(Protocol[C_co]):
    """An enumeration of generated code, as `applications_pb2.ApplicationState`."""

    @property
    def DESCRIPTOR(self) -> EnumDescriptor:
        """Its description, with its name."""

    def Value(self, name: str) -> C_co:
        """Return the code of a name. Raises ValueError if there is none."""


def enum_codes(members: type[M], enum: ContractEnum[C]) -> dict[M, C]:
    """Return the code of each member: PAID is that of APPLICATION_STATE_PAID.

    Raises ValueError if the contract lacks a member.
    """
    prefix = re.sub(r"(?<!^)(?=[A-Z])", "_", enum.DESCRIPTOR.name).upper()
    return {member: enum.Value(f"{prefix}_{member.name}") for member in members}


def members_by_code(codes: Mapping[M, C]) -> dict[C, M]:
    """Return the member of each code."""
    return {code: member for member, code in codes.items()}
