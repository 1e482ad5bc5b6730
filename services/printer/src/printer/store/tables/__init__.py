"""The tables, by subject, all in one `metadata`: importing one of these files loads them all.

The migrations in `printer.store.migrations` create them.
"""

import importlib
import pkgutil

for _file in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_file.name}")
