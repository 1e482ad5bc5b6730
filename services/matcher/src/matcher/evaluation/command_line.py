"""The command `matcher evaluate`: its arguments, its help and its messages."""

import argparse
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from matcher.evaluation.image_collection import (
    EXTENSIONS,
    ImageCollection,
    find_images,
    parse_resolutions,
)
from matcher.evaluation.open_set_rates import EvaluateAtSize
from matcher.evaluation.progress import print_status
from matcher.models import ModelBundle

MakeAtSize = Callable[[argparse.Namespace], EvaluateAtSize]
"""Makes, of the command's options, what measures searches among synthetic people."""
LoadModels = Callable[[Path | None], ModelBundle]
"""Reads the bundle of models in a folder, or the packaged one."""

_DESCRIPTION = f"""\
Measure error rates, identification rates and speed on your own images, by the code that serves.
It needs no configuration and no database, and writes only what --out and --scores name.

FOLDER holds FINGER_IMPRESSION.{{{",".join(EXTENSIONS)}}}, as 101_1.png,
or one sub-folder of them a set. A file with any other name is skipped. An image
that cannot be read scores 0 against all others.
"""
_EXAMPLE = """\
example, four sets, one of them at 569 dpi:
  matcher evaluate fvc2002 --dpi 500 --dpi DB2_B=569 --hard --out result.json --scores pairs.csv

writes result.json, the report result.html with its figures in result/, and the score of every
pair to pairs.csv (those of partial probes to pairs-hard.csv).
"""


_AT_SIZE = """\
With --distractors, persons composed of several fingers of a set are searched for in a gallery of
N synthetic people, by the index, comparison and decision that serve. The fingers of each set are
put in random order and cut into groups, so that persons share none; one impression of each is on
record, the others are probes, and that once for each impression. Each probe is searched twice, the
person on record and left out. FNIR is the share of mated searches that miss the person: at the
lowest threshold with an observed FPIR of at most 0.01 and 0.001 (null with fewer than 100 and 1,000
non-mated searches, which could not show it), and at the threshold by which the service decides.
Searches share fingers, so they are worth far fewer independent ones.
"""


def add_command(
    commands: Any,
    candidates: int,
    make_at_size: MakeAtSize,
    cache: Path,
    load_models: LoadModels,
) -> argparse.ArgumentParser:
    """Add the command to argparse's subcommands.

    candidates, cache: defaults of --candidates and of --cache.
    """
    command: argparse.ArgumentParser = commands.add_parser(
        "evaluate",
        help="measure accuracy and speed on a folder of labelled images",
        description=_DESCRIPTION,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = command.add_argument
    add("folder", type=Path, metavar="FOLDER", help="images, or a folder of images for each set")
    add("--dpi", action="append", required=True, metavar="[SET=]DPI",
        help="resolution of all sets, or of one; may be given several times")  # fmt: skip
    add(
        "--out",
        type=json_file,
        required=True,
        metavar="FILE.json",
        help="where to write the figures",
    )
    add("--scores", type=Path, metavar="FILE", help="write the score of every pair, CSV")
    add_bundle(add)
    add("--hard", dest="partial_probes", action="store_true",
        help="repeat with partial probes: half of the foreground, rotated")  # fmt: skip
    add(
        "--shuffle",
        action="store_true",
        help="control: permute the finger labels, EER is then about 50 %%",
    )
    add("--bozorth3", action="store_true",
        help="measure NIST's mindtct and Bozorth3 too, which takes minutes")  # fmt: skip
    add("--candidates", type=positive, default=candidates, metavar="N",
        help="references compared in a search; default, as in service: %(default)s")  # fmt: skip
    add("--workers", type=positive, default=len(os.sched_getaffinity(0)), metavar="N",
        help="threads; default: one for each core, here %(default)s")  # fmt: skip
    _add_at_size(command, cache)
    command.set_defaults(run=partial(run, make_at_size, load_models))
    return command


def _add_at_size(command: argparse.ArgumentParser, cache: Path) -> None:
    group = command.add_argument_group("searches among many", _AT_SIZE)
    add = group.add_argument
    add("--distractors", type=positive, nargs="+", metavar="N",
        help="synthetic people in the gallery; several numbers for several galleries")  # fmt: skip
    add("--fingers", type=fingers, default=2, metavar="F",
        help="fingers of a person, index fingers first, 1 to 10; default: %(default)s")  # fmt: skip
    add("--compositions", type=positive, metavar="C",
        help="most times that persons are composed anew; default: for each impression")  # fmt: skip
    add_gallery(add, cache)


def add_bundle(add: Callable[..., Any]) -> None:
    """Add the option of the models to a command."""
    add("--bundle", type=lambda text: Path(text).resolve(), metavar="FOLDER",
        help="bundle of models, as in model_bundles_folder; default: the packaged one")  # fmt: skip


def add_gallery(add: Callable[..., Any], cache: Path) -> None:
    """Add the options of synthetic people to a command. cache: default of --cache."""
    add("--seed", type=not_negative, default=0, metavar="N",
        help="of the synthetic people and of compositions; default: %(default)s")  # fmt: skip
    add("--cache", type=Path, default=cache, metavar="DIR",
        help="folder in which synthetic people are kept for the next time, about 5 kB each with "
        "two fingers, and beside them their index, while it is searched, 7 kB; "
        "default: %(default)s")  # fmt: skip


def run(make_at_size: MakeAtSize, load_models: LoadModels, options: argparse.Namespace) -> None:
    """Run the evaluation. Raises ValueError or OSError with a message for the user."""
    collection = find_images(options.folder, parse_resolutions(options.dpi))
    report_collection(collection)
    try:
        from matcher.evaluation.evaluate import EvaluationOptions, evaluate  # drawing is optional
    except ModuleNotFoundError as error:
        if error.name not in ("matplotlib", "jinja2"):
            raise
        raise ValueError(
            f"{error.name} is not installed: pip install 'passport-matcher[evaluation]'"
        ) from None
    evaluate(
        load_models(options.bundle),
        collection,
        EvaluationOptions(
            out=options.out,
            scores=options.scores,
            candidates=options.candidates,
            workers=options.workers,
            partial_probes=options.partial_probes,
            shuffle=options.shuffle,
            baseline=options.bozorth3,
            at_size=make_at_size(options) if options.distractors else None,
        ),
    )
    print_status(f"{options.out}; report: {options.out.with_suffix('.html')}")


def report_collection(collection: ImageCollection) -> None:
    """Report on stderr what was found in a folder, and what was skipped."""
    fingers, sets = len(set(collection.fingers)), len(set(collection.sets))
    print_status(f"{len(collection.images)} images of {fingers} fingers in {sets} sets")
    if collection.skipped:
        first, more = ", ".join(collection.skipped[:5]), len(collection.skipped) - 5
        rest = f" and {more} more" if more > 0 else ""
        print_status(
            f"skipped, not named FINGER_IMPRESSION.{{{','.join(EXTENSIONS)}}}: {first}{rest}"
        )


def json_file(text: str) -> Path:
    """Return the path of a file ending in .json; anything else is an error of the argument."""
    if not text.endswith(".json"):
        raise argparse.ArgumentTypeError(
            "must end in .json: report and figures are written beside it"
        )
    return Path(text)


def positive(text: str) -> int:
    """Return a number of at least 1; anything else is an error of the argument."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def not_negative(text: str) -> int:
    """Return a number of at least 0; anything else is an error of the argument."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("at least 0")
    return number


def fingers(text: str) -> int:
    """Return a number of fingers of a person; anything else is an error of the argument."""
    number = positive(text)
    if number > 10:
        raise argparse.ArgumentTypeError("at most 10")
    return number
