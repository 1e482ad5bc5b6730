"""The whole evaluation: extract, compare, count, and write results, report and figures."""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from matcher.evaluation import result_json
from matcher.evaluation.comparison_trials import ComparisonTrials, shuffle_labels
from matcher.evaluation.image_collection import ImageCollection
from matcher.evaluation.nist_baseline import bozorth3_scores
from matcher.evaluation.open_set_rates import EvaluateAtSize
from matcher.evaluation.probe_set import ProbeSetResult, compare_probe_set
from matcher.evaluation.progress import print_status
from matcher.evaluation.report import figures, html_page
from matcher.evaluation.result_json import Json
from matcher.evaluation.template_extraction import extract_all
from matcher.models import ModelBundle


@dataclass(frozen=True, slots=True)
class EvaluationOptions:
    """What to measure and where to write it.

    out: the JSON file; report and figures are written beside it. scores: CSV of all pairs or None.
    candidates: references of a search that are compared. workers: threads.
    partial_probes: repeat by the hard protocol, with probes cropped to half and rotated.
    shuffle: permute the finger labels, as a control. baseline: measure NIST's tools too.
    at_size: measures searches among synthetic people too; None if not asked for.
    """

    out: Path
    scores: Path | None
    candidates: int
    workers: int
    partial_probes: bool
    shuffle: bool
    baseline: bool
    at_size: EvaluateAtSize | None = None


def evaluate(models: ModelBundle, collection: ImageCollection, options: EvaluationOptions) -> None:
    """Measure and write. Raises ValueError if no image can be read, OSError."""
    for file in filter(None, (options.out, options.scores)):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()  # fails now rather than after the measurement
    if options.at_size:
        options.at_size.check(collection)
    results = _compare_probe_sets(models, collection, options)
    content = _result(models, collection, options, results)
    content |= _at_size(models, collection, options, results)
    options.out.write_text(json.dumps(content, indent=1, allow_nan=False) + "\n")
    if options.scores:
        for each in results:
            _write_scores(options.scores, each, collection)
    print_status("drawing")
    checks = result_json.nominal_fmr_checks(results[0].trials)
    charts = figures.error_charts(models.calibration, results, checks)
    charts += figures.at_size_charts(content)
    pairs = [
        figures.pair_figures(models.comparator, each, results[0].probes, collection.images)
        for each in results
    ]
    html_page.write(options.out, content, charts, pairs)


def _compare_probe_sets(
    models: ModelBundle, collection: ImageCollection, options: EvaluationOptions
) -> list[ProbeSetResult]:
    """Return the result of whole probes and, if asked for, of partial ones."""
    sets, fingers = collection.sets, collection.fingers
    labels = sets, shuffle_labels(fingers, sets) if options.shuffle else fingers
    extract = partial(extract_all, models.extractor, collection.images, workers=options.workers)
    whole = extract(partial_probe=False)
    if len(whole.failed) == len(collection.images):
        raise ValueError("not one of the images can be read")
    probe_sets = [whole]
    if options.partial_probes:
        probe_sets.append(extract(partial_probe=True))
    return [
        compare_probe_set(
            models,
            probes,
            whole,
            labels,
            candidates=options.candidates,
            workers=options.workers,
        )
        for probes in probe_sets
    ]


def _result(
    models: ModelBundle,
    collection: ImageCollection,
    options: EvaluationOptions,
    results: Sequence[ProbeSetResult],
) -> Json:
    whole, partial_probes = results[0], results[1] if options.partial_probes else None
    baseline = _baseline(collection, whole) if options.baseline else None
    return result_json.result_of(whole, partial_probes, baseline) | result_json.conditions_of(
        models.versions,
        collection,
        candidates=options.candidates,
        shuffled=options.shuffle,
        workers=options.workers,
    )


def _at_size(
    models: ModelBundle,
    collection: ImageCollection,
    options: EvaluationOptions,
    results: Sequence[ProbeSetResult],
) -> Json:
    """Return the figures of searches among synthetic people, nothing if not asked for."""
    if options.at_size is None:
        return {}
    references = results[0].probes.minutiae
    found = [
        options.at_size(models, collection, references, each.probes.minutiae) for each in results
    ]
    return result_json.at_size_of(found[0], found[1] if options.partial_probes else None)


def _baseline(collection: ImageCollection, whole: ProbeSetResult) -> ComparisonTrials:
    scores = bozorth3_scores(collection.images)
    return ComparisonTrials(scores, whole.trials.sets, whole.trials.fingers)


def _write_scores(path: Path, result: ProbeSetResult, collection: ImageCollection) -> None:
    """Write every pair, the probe first; those of partial probes to a file of their own beside it.

    The columns and the names of the files are published, as are the keys of result.json.
    """
    target = path.with_name(f"{path.stem}-hard{path.suffix}") if result.partial else path
    names = [(each.set, each.name) for each in collection.images]
    with target.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["set_a", "name_a", "set_b", "name_b", "score"])
        for i, row in enumerate(result.trials.scores.tolist()):
            rows.writerows((*names[i], *names[j], row[j]) for j in range(i + 1, len(names)))
