"""The tables, by subject, all in one `metadata`: importing one of these files loads them all.

Times are business time unless a comment says otherwise.
"""

import importlib
import pkgutil

for _file in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_file.name}")
