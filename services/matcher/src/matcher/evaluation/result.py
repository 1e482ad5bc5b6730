"""The figures of a trial as the JSON file says them: fractions, with counts beside them."""

from typing import Any

import numpy as np

from matcher.evaluation.identification import any_mate, one_each, single_mate
from matcher.evaluation.rates import Promise, equal_error, missed, promise
from matcher.evaluation.rounds import Round
from matcher.evaluation.trial import Split, Trial

Json = dict[str, Any]

_POOLED = {"fnmr_at_1e2": 100, "fnmr_at_1e3": 1_000, "fnmr_at_1e4": 10_000, "zero_fmr": None}
_OF_SET = {"fmr100": 100, "fmr1000": 1_000, "zero_fmr": None}
RANKS = (1, 10, 100)
DECADES = (1, 2, 3, 4)


def sets(trial: Trial) -> Json:
    """Return the rates of each set."""
    return {str(name): _set(trial, str(name)) for name in np.unique(trial.sets)}


def _set(trial: Trial, name: str) -> Json:
    within, competition = trial.within(name), trial.of_competition(name)
    inside = trial.sets == name
    by_competition = equal_error(competition.genuine, competition.impostor)
    return {
        **_rates(within, _OF_SET),
        "fvc_eer": by_competition.rate if by_competition else None,
        "images": int(inside.sum()),
        "fingers": len(np.unique(trial.fingers[inside])),
        "genuine": within.genuine.size,
        "impostors": within.impostor.size,
        "fvc_impostors": competition.impostor.size,
    }


def pooled(split: Split) -> Json:
    """Return the rates of all pairs together."""
    return {
        **_rates(split, _POOLED),
        "genuine": split.genuine.size,
        "impostors": split.impostor.size,
    }


def _rates(split: Split, at: dict[str, int | None]) -> Json:
    """EER and FNMR at each FMR asked for; None where there is nothing to count."""
    equal = equal_error(split.genuine, split.impostor)
    refused = {key: missed(split.genuine, split.impostor, one_in) for key, one_in in at.items()}
    of = split.genuine.size
    shares = {key: None if n is None or not of else n / of for key, n in refused.items()}
    counts: Json = {f"{key}_missed": n for key, n in refused.items()}
    if equal:
        counts |= {"eer_missed": equal.missed, "eer_taken": equal.taken}
    return {
        "eer": equal.rate if equal else None,
        **shares,
        "eer_threshold": equal.threshold if equal and np.isfinite(equal.threshold) else None,
        "counts": counts,
    }


def identification(of: Round) -> Json:
    """Return shares found: each image among all others, and in a gallery of one of each finger."""
    found = any_mate(of.among)
    single = any_mate(one_each(of.among, of.trial.fingers))
    return {f"rank{rank}": found.found(rank) for rank in RANKS} | {
        "rank1_single": single.found(1),
        "searches": found.embedding.size,
        "searches_single": single.embedding.size,
    }


def one_mate(of: Round) -> Json:
    """Return shares found if only one mate of the probe, each in turn, is in the gallery."""
    found = single_mate(of.among)
    ranks = {f"rank{rank}": found.found(rank) for rank in RANKS}
    return ranks | {"searches": found.embedding.size}


def uncalibrated(of: Round) -> Json:
    """Return the same rates by raw scores: what calibration gains or costs."""
    return {
        "sets": {name: rates["eer"] for name, rates in sets(of.uncalibrated).items()},
        "pooled": pooled(of.uncalibrated.pooled()),
    }


def promises(trial: Trial) -> dict[str, list[Promise]]:
    """Return promise and observation of FMR, pooled and in each set."""
    splits = {"pooled": trial.pooled()}
    splits |= {str(name): trial.within(str(name)) for name in np.unique(trial.sets)}
    return {
        name: [promise(split.genuine, split.impostor, decades) for decades in DECADES]
        for name, split in splits.items()
        if split.impostor.size
    }


def calibration(promised: dict[str, list[Promise]]) -> Json:
    """Return the same for the JSON file."""
    return {
        name: [
            {
                "promised": each.fmr,
                "observed": each.count / each.of,
                "count": each.count,
                "of": each.of,
                "interval": [each.low, each.high],
                "inside": each.low <= each.count <= each.high,
                "mates_below": each.missed,
            }
            for each in rows
        ]
        for name, rows in promised.items()
    }
