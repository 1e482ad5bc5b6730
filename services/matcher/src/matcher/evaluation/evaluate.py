"""The whole evaluation: extract, compare, count, and write results, report and figures."""

import csv
import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

from matcher.evaluation import result_json
from matcher.evaluation.comparison_trials import ComparisonTrials, shuffle_labels
from matcher.evaluation.image_collection import ImageCollection
from matcher.evaluation.nist_baseline import bozorth3_scores
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
    partial_probes: repeat with probes cropped to half and rotated.
    shuffle: permute the finger labels, as a control. baseline: measure NIST's tools too.
    """

    out: Path
    scores: Path | None
    candidates: int
    workers: int
    partial_probes: bool
    shuffle: bool
    baseline: bool


def evaluate(collection: ImageCollection, options: EvaluationOptions) -> None:
    """Measure and write. Raises ValueError if no image can be read, OSError."""
    for file in filter(None, (options.out, options.scores)):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()  # fails now rather than after the measurement
    models = ModelBundle.load()
    results = _compare_probe_sets(models, collection, options)
    content = _result(models, collection, options, results)
    options.out.write_text(json.dumps(content, indent=1, allow_nan=False) + "\n")
    if options.scores:
        for each in results:
            _write_scores(options.scores, each, collection)
    print_status("drawing")
    checks = result_json.nominal_fmr_checks(results[0].trials)
    charts = figures.error_charts(models.calibration, results, checks)
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
    whole, cropped = results[0], results[1] if options.partial_probes else None
    content = {
        "sets": result_json.rates_of_sets(whole.trials),
        "pooled": result_json.pooled_rates(whole.trials.pooled()),
        "partial": result_json.pooled_rates(cropped.trials.pooled()) if cropped else None,
        **result_json.identification_rates(whole),
        "images_per_second": whole.probes.per_second,
        "comparisons_per_second": whole.compared.per_second,
        "single_mated_reference": result_json.single_mated_reference(whole),
        "calibration": result_json.calibration(result_json.nominal_fmr_checks(whole.trials)),
        "uncalibrated": result_json.uncalibrated_rates(whole),
    }
    if cropped:
        content["partial_sets"] = result_json.rates_of_sets(cropped.trials)
        content["partial_identification"] = result_json.identification_rates(cropped)
        content["partial_single_mated_reference"] = result_json.single_mated_reference(cropped)
        content["partial_uncalibrated"] = result_json.uncalibrated_rates(cropped)
    if options.baseline:
        content["bozorth3"] = _baseline(collection, whole)
    failed_partial = cropped.probes.failed if cropped else {}
    content["failed"] = {"whole": whole.probes.failed, "partial": failed_partial}
    content["skipped"] = list(collection.skipped)
    content["measured"] = _conditions(models, collection, options)
    return content


def _baseline(collection: ImageCollection, whole: ProbeSetResult) -> Json:
    scores_of_pairs = bozorth3_scores(collection.images)
    trials = ComparisonTrials(scores_of_pairs, whole.trials.sets, whole.trials.fingers)
    return {
        "sets": result_json.rates_of_sets(trials),
        "pooled": result_json.pooled_rates(trials.pooled()),
    }


def _conditions(
    models: ModelBundle, collection: ImageCollection, options: EvaluationOptions
) -> Json:
    """Return the versions, settings and machine of the measurement."""
    return {
        "matcher": version("passport-matcher"),
        **asdict(models.versions),
        "candidates_compared": options.candidates,
        "images": len(collection.images),
        "ppi": {each.set: each.ppi for each in collection.images},
        "labels_shuffled": options.shuffle,
        "workers": options.workers,
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
    }


def _write_scores(path: Path, result: ProbeSetResult, collection: ImageCollection) -> None:
    """Write every pair, the probe first; partial probes into a file of their own beside it."""
    target = path.with_name(f"{path.stem}-partial{path.suffix}") if result.partial else path
    names = [(each.set, each.name) for each in collection.images]
    with target.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["set_a", "name_a", "set_b", "name_b", "score"])
        for i, row in enumerate(result.trials.scores.tolist()):
            rows.writerows((*names[i], *names[j], row[j]) for j in range(i + 1, len(names)))
