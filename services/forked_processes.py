"""Which processes are forked by tests from one that has loaded the services' libraries?

Loading them takes seconds of processor time, which each process would need anew.
"""

import multiprocessing

FORKED = multiprocessing.get_context("forkserver")
# A run of tests has one fork server, whichever service needs it first.
FORKED.set_forkserver_preload(
    [
        "issuance.__main__",
        "matcher.__main__",
        "services.matcher.tests.loaded_models",
        "sqlalchemy.dialects.sqlite.aiosqlite",
        "sqlalchemy.dialects.postgresql.asyncpg",
    ]
)
