import runpy
from pathlib import Path

import pytest
from servicekit.errors import error_catalogue


@pytest.fixture(scope="session")
def every_reason() -> frozenset[str]:
    generate = runpy.run_path(str(Path(__file__).parents[2] / "docs/generate.py"))
    generate["errors_page"]()  # loads every module that defines an error
    return frozenset(error.reason for error in error_catalogue())
