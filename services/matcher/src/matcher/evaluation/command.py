"""`matcher evaluate`: what can be asked for on the command line."""

import argparse
import os
from pathlib import Path
from typing import Any

from matcher.evaluation.collection import KINDS, Collection, collect, resolutions
from matcher.evaluation.progress import say

_DESCRIPTION = f"""\
Measure how well the matcher tells fingers apart on your own images, by the code that serves.
No configuration and no database is needed; nothing is kept but what --out and --scores name.

FOLDER holds FINGER_IMPRESSION.{{{",".join(KINDS)}}}, as 101_1.png, or one folder of them a set.
A file with any other name is skipped. An image that cannot be read scores 0 against all others.
"""
_EXAMPLE = """\
example, four sets, one of them at 569 dpi:
  matcher evaluate fvc2002 --dpi 500 --dpi DB2_B=569 --hard --out result.json --scores pairs.csv

writes result.json, beside it result.html to be looked at with its pictures in result/, and the
score of every pair to pairs.csv (of halved, turned probes to pairs-hard.csv).
"""


def add_to(commands: Any, candidates: int) -> argparse.ArgumentParser:
    """Add the command to argparse's subcommands. candidates: compared exactly by default."""
    command: argparse.ArgumentParser = commands.add_parser(
        "evaluate",
        help="measure accuracy and speed on a folder of fingerprints",
        description=_DESCRIPTION,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = command.add_argument
    add("folder", type=Path, metavar="FOLDER", help="images, or a folder of images for each set")
    add("--dpi", action="append", required=True, metavar="[SET=]DPI",
        help="resolution of all sets, or of one; may be given several times")  # fmt: skip
    add("--out", type=_json, required=True, metavar="FILE.json", help="where to write the figures")
    add("--scores", type=Path, metavar="FILE", help="write the score of every pair, CSV")
    add("--hard", action="store_true",
        help="again with each probe cut to half of its foreground and turned")  # fmt: skip
    add("--shuffle", action="store_true", help="control: labels dealt out anew, EER is about 50 %%")
    add("--bozorth3", action="store_true",
        help="measure the baseline too: NIST's mindtct and Bozorth3, minutes")  # fmt: skip
    add("--candidates", type=_positive, default=candidates, metavar="N",
        help="compared exactly in a search; default, as the service does: %(default)s")  # fmt: skip
    add("--workers", type=_positive, default=len(os.sched_getaffinity(0)), metavar="N",
        help="threads; default: one for each core, here %(default)s")  # fmt: skip
    command.set_defaults(run=run)
    return command


def run(options: argparse.Namespace) -> None:
    """Measure. Raises ValueError, OSError with a message for whoever called."""
    collection = collect(options.folder, resolutions(options.dpi))
    _say_what_is_there(collection)
    try:
        from matcher.evaluation.evaluate import Wanted, evaluate  # slow, and drawing is optional
    except ModuleNotFoundError as error:
        if error.name not in ("matplotlib", "jinja2"):
            raise
        raise ValueError(
            f"{error.name} is not installed: pip install 'passport-matcher[evaluation]'"
        ) from None
    evaluate(
        collection,
        Wanted(
            out=options.out,
            scores=options.scores,
            candidates=options.candidates,
            workers=options.workers,
            hard=options.hard,
            shuffle=options.shuffle,
            baseline=options.bozorth3,
        ),
    )
    say(f"{options.out}; to be looked at: {options.out.with_suffix('.html')}")


def _say_what_is_there(collection: Collection) -> None:
    fingers, sets = len(set(collection.fingers)), len(set(collection.sets))
    say(f"{len(collection.prints)} images of {fingers} fingers in {sets} sets")
    if collection.skipped:
        first, more = ", ".join(collection.skipped[:5]), len(collection.skipped) - 5
        rest = f" and {more} more" if more > 0 else ""
        say(f"skipped, not named FINGER_IMPRESSION.{{{','.join(KINDS)}}}: {first}{rest}")


def _json(text: str) -> Path:
    if not text.endswith(".json"):
        raise argparse.ArgumentTypeError("must end in .json: page and pictures lie beside it")
    return Path(text)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number
