"""The options that every command of `python -m matcher.training` has."""

import argparse
from pathlib import Path


def training_parser(
    package: str | None, description: str | None, out: Path
) -> argparse.ArgumentParser:
    """Return a parser with --out, the file to write.

    package, description: `__package__` and `__doc__` of the command. out: default, of the service.
    """
    parser = argparse.ArgumentParser(
        prog=f"python -m {package}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, default=out, help="default: in the source tree")
    return parser
