"""Reads a scenario file: strict JSON, with errors that name the field and the remedy."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from issuance.scenario import Scenario

EXAMPLE = "docs/examples/banjarmasin-2018.json"


class BadScenario(ValueError):
    """The scenario is invalid; the message names the field and the remedy."""


def read_scenario(text: str | bytes) -> Scenario:
    """Return the scenario in `text` (UTF-8 JSON). Raises BadScenario for the first wrong field."""
    try:
        content = json.loads(
            text,
            parse_float=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_no_duplicates,
        )
        return Scenario.model_validate(content)
    except ValidationError as error:
        raise BadScenario(_first(error)) from None
    except RecursionError:
        raise BadScenario(f"scenario: nested too deeply; see {EXAMPLE}") from None
    except BadScenario:
        raise
    except (ValueError, ArithmeticError) as error:
        raise BadScenario(f"scenario: not valid JSON: {error}; see {EXAMPLE}") from None


def _no_constant(name: str) -> float:
    raise BadScenario(f"scenario: {name} is not a number; give a finite one")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in fields:
            raise BadScenario(f"{_cut(name)}: given twice; keep one")
        fields[name] = value
    return fields


_REMEDIES = {
    "missing": "missing; add it",
    "extra_forbidden": "unknown; check the spelling or remove it",
    "int_type": "give a whole number",
    "greater_than_equal": "give {ge} or more",
    "less_than_equal": "give {le} or less",
    "list_type": "give a list",
    "dict_type": "give an object",
    "model_type": "give an object",
    "value_error": "{error}",
}


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    kind = first["type"]
    field = ".".join(_cut(str(part)) for part in first["loc"] if part != "[key]")
    problem = _REMEDIES.get(kind, first["msg"]).format(**first.get("ctx", {}))
    if not field:
        return problem if kind == "value_error" else f"scenario: {problem}"
    if kind in ("missing", "extra_forbidden"):
        return f"{field}: {problem}"
    return f"{field}: {problem} (got {_shown(first['input'])})"


def _shown(value: object) -> str:
    text = str(value) if isinstance(value, Decimal) else json.dumps(value, default=str)
    return _cut(text)


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}..."
