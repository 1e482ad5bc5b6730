"""The tariff as a TOML file: read at the start, and written as an example."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, NonNegativeInt, ValidationError

from issuance.domain.application_type import ApplicationType
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.tariff import BadTariff, Tariff

EXAMPLE_HEAD = """\
# What an application costs, in rupiah; made by `make docs`. Give a copy of it as tariff_file of
# issuance.toml. Without it no fee is told and any amount is recorded.
#
# An application costs the fee of its type, and the surcharge of its priority class, and the penalty
# of a replacement, unless a supervisor accepted force majeure. What it costs is fixed when it is
# taken in: another tariff is for later applications.
#
# The amounts are those of government regulation (PP) 28/2019 for a passport of 48 pages without a
# chip; applications do not say which kind of book is wanted.
"""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    fees: dict[ApplicationType, NonNegativeInt]
    surcharges: dict[str, NonNegativeInt] = {}
    penalties: dict[ApplicationType, NonNegativeInt] = {}


def read_tariff(file: Path) -> Tariff:
    """Return the tariff of a file. Raises OSError, or BadTariff that names the fault."""
    try:
        content = _File.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
        surcharges = {_class(name): amount for name, amount in content.surcharges.items()}
        return Tariff(content.fees, surcharges, content.penalties)
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise BadTariff(f"{file}: {place}: {fault['msg']}") from error
    except ValueError as error:  # no TOML, no UTF-8, or amounts that do not fit together
        raise BadTariff(f"{file}: {error}") from error


def _class(name: str) -> PriorityClass:
    try:
        return PriorityClass[name.upper()]
    except KeyError:
        raise BadTariff(f"surcharges: there is no priority class {name}") from None


def tariff_example(tariff: Tariff) -> str:
    """Return a tariff as the text of a file."""
    return EXAMPLE_HEAD + "".join(
        _section(name, amounts)
        for name, amounts in (
            ("fees", tariff.fees),
            ("surcharges", tariff.surcharges),
            ("penalties", tariff.penalties),
        )
    )


def _section(name: str, amounts: Mapping[Any, int]) -> str:
    """Return a section. amounts: by type or priority class."""
    lines = [f"{kind.name.lower()} = {amount:_}\n" for kind, amount in amounts.items()]
    return f"\n[{name}]\n" + "".join(lines)
