"""Processes that tests fork have the services' libraries, whichever other test files are read."""

import sys

from services.forked_processes import FORKED


def _exit_unless_loaded() -> None:
    loaded = "issuance.__main__", "matcher.__main__", "services.matcher.tests.loaded_models"
    sys.exit(0 if set(loaded) <= sys.modules.keys() else 1)


def test_they_do_not_load_them_anew() -> None:
    process = FORKED.Process(target=_exit_unless_loaded)
    process.start()
    process.join()

    assert process.exitcode == 0
