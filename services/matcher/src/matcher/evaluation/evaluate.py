"""The whole measurement: read, compare, count, and write it all down."""

import csv
import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

from matcher.evaluation import page, pictures, result
from matcher.evaluation.baseline import bozorth3
from matcher.evaluation.collection import Collection
from matcher.evaluation.progress import say
from matcher.evaluation.reading import read_all
from matcher.evaluation.result import Json
from matcher.evaluation.rounds import Round, play
from matcher.evaluation.trial import Trial, shuffled
from matcher.models import ModelBundle


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to measure and where to write it.

    out: the JSON file; page and pictures lie beside it. scores: CSV of every pair, if wanted.
    candidates: how many of a search are compared exactly. workers: threads.
    hard: halved, turned probes too. shuffle: labels dealt out anew, a control.
    baseline: NIST's tools too.
    """

    out: Path
    scores: Path | None
    candidates: int
    workers: int
    hard: bool
    shuffle: bool
    baseline: bool


def evaluate(collection: Collection, wanted: Wanted) -> None:
    """Measure and write. Raises ValueError if no image can be read, OSError."""
    for file in filter(None, (wanted.out, wanted.scores)):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()  # fails now rather than when all is measured
    models = ModelBundle.load()
    rounds = _rounds(models, collection, wanted)
    figures = _figures(models, collection, wanted, rounds)
    wanted.out.write_text(json.dumps(figures, indent=1, allow_nan=False) + "\n")
    if wanted.scores:
        for each in rounds:
            _write_scores(wanted.scores, each, collection)
    say("drawing")
    drawn = pictures.of_errors(models.calibration, rounds, result.promises(rounds[0].trial))
    matched = [
        pictures.of_pairs(models.comparator, each, rounds[0].probes, collection.prints)
        for each in rounds
    ]
    page.write(wanted.out, figures, drawn, matched)


def _rounds(models: ModelBundle, collection: Collection, wanted: Wanted) -> list[Round]:
    sets, fingers = collection.sets, collection.fingers
    labels = sets, shuffled(fingers, sets) if wanted.shuffle else fingers
    read = partial(read_all, models.extractor, collection.prints, workers=wanted.workers)
    whole = read(hard=False)
    if len(whole.failed) == len(collection.prints):
        raise ValueError("not one of the images can be read")
    probes = [whole]
    if wanted.hard:
        probes.append(read(hard=True))
    return [
        play(models, each, whole, labels, candidates=wanted.candidates, workers=wanted.workers)
        for each in probes
    ]


def _figures(
    models: ModelBundle, collection: Collection, wanted: Wanted, rounds: Sequence[Round]
) -> Json:
    whole, hard = rounds[0], rounds[1] if wanted.hard else None
    figures = {
        "sets": result.sets(whole.trial),
        "pooled": result.pooled(whole.trial.pooled()),
        "hard": result.pooled(hard.trial.pooled()) if hard else None,
        **result.identification(whole),
        "images_per_second": whole.probes.per_second,
        "comparisons_per_second": whole.compared.per_second,
        "one_mate": result.one_mate(whole),
        "calibration": result.calibration(result.promises(whole.trial)),
        "uncalibrated": result.uncalibrated(whole),
    }
    if hard:
        figures["hard_sets"] = result.sets(hard.trial)
        figures["hard_identification"] = result.identification(hard)
        figures["hard_one_mate"] = result.one_mate(hard)
        figures["hard_uncalibrated"] = result.uncalibrated(hard)
    if wanted.baseline:
        trial = Trial(bozorth3(collection.prints), whole.trial.sets, whole.trial.fingers)
        figures["bozorth3"] = {"sets": result.sets(trial), "pooled": result.pooled(trial.pooled())}
    figures["failed"] = {"whole": whole.probes.failed, "hard": hard.probes.failed if hard else {}}
    figures["skipped"] = list(collection.skipped)
    figures["measured"] = _measured(models, collection, wanted)
    return figures


def _measured(models: ModelBundle, collection: Collection, wanted: Wanted) -> Json:
    """With what all this was measured."""
    return {
        "matcher": version("passport-matcher"),
        **asdict(models.versions),
        "candidates_compared": wanted.candidates,
        "images": len(collection.prints),
        "ppi": {each.set: each.ppi for each in collection.prints},
        "labels_shuffled": wanted.shuffle,
        "workers": wanted.workers,
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
    }


def _write_scores(path: Path, of: Round, collection: Collection) -> None:
    """Write every pair, the probe first; hard ones into a file of their own beside it."""
    target = path.with_name(f"{path.stem}-hard{path.suffix}") if of.hard else path
    names = [(each.set, each.name) for each in collection.prints]
    with target.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["set_a", "name_a", "set_b", "name_b", "score"])
        for i, scores in enumerate(of.trial.scores.tolist()):
            rows.writerows((*names[i], *names[j], scores[j]) for j in range(i + 1, len(names)))
