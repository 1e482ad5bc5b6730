"""The command `matcher bench`, and the options by which `matcher evaluate` measures at size."""

import argparse
import os
from pathlib import Path
from typing import Any

from matcher.evaluation.command_line import add_gallery, fingers, json_file, positive
from matcher.evaluation.open_set_rates import EvaluateAtSize
from matcher.evaluation.progress import print_status

_DESCRIPTION = """\
Measure searches among N synthetic people by the index, comparison and decision that serve, on one
core, without a database. It needs no configuration, and writes FILE.json and the picture FILE.svg.
"""
_FIGURES = """\
FILE.json holds the figures of the largest gallery, and under "sizes" those of each:
  people, fingers, probes  people on record, fingers of each, searches for people on record
  median_s, p99_s          seconds of these searches, one after the other, from the embeddings of
                           another impression, as bad as those of FVC2002, to the decision
  no_hit_median_s          the same, of people who are not on record
  processor_median_s, processor_p99_s, no_hit_processor_median_s
                           the same in seconds of processor time, which other load changes little
  k                        persons whose minutiae a search for whole fingers compares, at most
  mate_in_k                share of the searches that compare the person searched for
  rank1                    share of them of which this person is the first candidate
  mates_kept_vs_exact      of the persons that are among the k of highest prefilter score of
                           everybody on record, the share that the search compares; of exact_probes
                           searches
  bytes_per_person_ram     growth of the process's anonymous memory by the index, over the people
  bytes_per_finger         of that, what the index counts, over the fingers; mapped files are not
  bytes_per_person_disk    size of a snapshot of the index with its segments, over the people
  build_s                  seconds in which people whose features are known come into the index
  add_visible_s            median seconds until one more person is on record, found by a search
  start_s                  seconds from the snapshot file until the first search is answered
  longest_pause_s          longest search while 1,000 people are added, 500 at once, and a snapshot
                           is written, less median_s
  people_made_per_s        synthetic people made by a second of one core; null if all were cached
Shares and bytes do not depend on the machine; seconds do, and on whatever else runs there (load).
"""


def add_command(commands: Any) -> None:
    """Add `matcher bench` to argparse's subcommands."""
    command: argparse.ArgumentParser = commands.add_parser(
        "bench",
        help="measure searches among many synthetic people",
        description=_DESCRIPTION,
        epilog=_FIGURES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = command.add_argument
    add("--people", type=positive, nargs="+", required=True, metavar="N",
        help="people on record; several numbers for several galleries")  # fmt: skip
    add("--fingers", type=fingers, default=2, metavar="F",
        help="fingers of a person, index fingers first, 1 to 10; default: %(default)s")  # fmt: skip
    add("--probes", type=positive, default=200, metavar="M",
        help="people on record who are searched for; default: %(default)s")  # fmt: skip
    add("--exact-probes", type=positive, default=100, metavar="M",
        help="most of these that are searched exactly too; default: %(default)s")  # fmt: skip
    add("--without-snapshot", action="store_true",
        help="write no snapshot and start from none: "
        "bytes_per_person_disk and start_s are null")  # fmt: skip
    add("--out", type=json_file, required=True, metavar="FILE.json",
        help="where to write the figures")  # fmt: skip
    add("--workers", type=positive, default=len(os.sched_getaffinity(0)), metavar="N",
        help="processes that make people; default: one a core, here %(default)s")  # fmt: skip
    add_gallery(add, default_cache())
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Measure. Raises ValueError or OSError with a message for the user."""
    try:
        from matcher.at_size.bench import BenchOptions, bench  # drawing is optional
    except ModuleNotFoundError as error:
        if error.name != "matplotlib":
            raise
        raise ValueError(
            f"{error.name} is not installed: pip install 'passport-matcher[evaluation]'"
        ) from None
    bench(
        BenchOptions(
            people=sorted(set(options.people)),
            fingers=options.fingers,
            probes=options.probes,
            exact_probes=options.exact_probes,
            with_snapshot=not options.without_snapshot,
            out=options.out,
            seed=options.seed,
            cache=options.cache,
            workers=options.workers,
        )
    )
    print_status(f"{options.out}; picture: {options.out.with_suffix('.svg')}")


def make_at_size(options: argparse.Namespace) -> EvaluateAtSize:
    """Return what measures at size, by the options of `matcher evaluate`."""
    from matcher.at_size.searches_at_size import AtSizeOptions, SearchesAtSize  # loads the models

    return SearchesAtSize(
        AtSizeOptions(
            distractors=options.distractors,
            fingers=options.fingers,
            compositions=options.compositions,
            seed=options.seed,
            cache=options.cache,
            workers=options.workers,
            bundle=options.bundle,
        )
    )


def default_cache() -> Path:
    """Return where synthetic people are kept if nothing else is said: in the user's cache."""
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "passport-matcher"
