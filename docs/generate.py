"""Writes the docs pages that are made from the code: the error catalogue.

usage: python docs/generate.py [FOLDER]
"""

import importlib
import pkgutil
import sys
from pathlib import Path

from servicekit.errors import DomainError, catalogue

PACKAGES = ("servicekit", "matcher", "issuance", "printer")
TITLES = {"servicekit": "Every service"}
HEAD = """# Errors

Made by `make docs` from the code. Every error answer carries a `google.rpc.ErrorInfo` with the
reason below and the domain `passport.<service>`; where a field is at fault a `BadRequest` names it;
where waiting helps a `RetryInfo` says how long.
"""


def main() -> None:
    """Write the pages into the folder named, or beside this file."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    (folder / "errors.md").write_text(errors_page(), encoding="utf-8")


def errors_page() -> str:
    """The error catalogue as Markdown, grouped by the package that raises."""
    for package in PACKAGES:
        _load(package)
    errors = sorted(catalogue(), key=lambda error: error.reason)
    return HEAD + "".join(_section(package, errors) for package in PACKAGES)


def _load(package: str) -> None:
    parent = importlib.import_module(package)
    for module in pkgutil.walk_packages(parent.__path__, f"{package}."):
        if not module.name.endswith("__main__") and ".migrations." not in module.name:
            importlib.import_module(module.name)


def _section(package: str, errors: list[type[DomainError]]) -> str:
    rows = [
        f"| `{error.reason}` | {error.kind.value} | {(error.__doc__ or '').splitlines()[0]} |\n"
        for error in errors
        if error.__module__.split(".")[0] == package
    ]
    title = TITLES.get(package, package)
    return f"\n## {title}\n\n| reason | status | meaning |\n|---|---|---|\n" + "".join(rows)


if __name__ == "__main__":
    main()
