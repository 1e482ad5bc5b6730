"""Figures and a table of the runs of the matrix."""

from collections import defaultdict
from collections.abc import Sequence

from .matrix import DISTURBANCES, Result


def summary(results: Sequence[Result]) -> dict[str, object]:
    """Return the number of cells and runs, and of the runs that went wrong in each way."""
    verdicts = [result.verdict for result in results]
    return {
        "cells": len({result.cell for result in results}),
        "runs": len(results),
        "two_books": sum(verdict.two_books for verdict in verdicts),
        "unnoticed": sum(verdict.unnoticed for verdict in verdicts),
        "quarantined": sum(verdict.quarantined for verdict in verdicts),
        "stuck": sum(verdict.stuck for verdict in verdicts),
        "not_reached": sum(not verdict.reached for verdict in verdicts),
    }


def table(results: Sequence[Result]) -> str:
    """Return a table for people: a line for each moment, a column for each disturbance.

    2: two books, U: unnoticed book, S: stuck, Q: quarantined book, -: not reached, o: all well.
    """
    by_cell: dict[tuple[str, str], str] = defaultdict(str)
    for result in results:
        by_cell[result.cell.when, result.cell.disturbance] += _letter(result)
    moments = dict.fromkeys(result.cell.when for result in results)
    width = max(map(len, DISTURBANCES)) + 2
    head = " " * 48 + "".join(f"{name:{width}}" for name in DISTURBANCES)
    lines = [
        f"{moment:48}" + "".join(f"{by_cell[moment, name]:{width}}" for name in DISTURBANCES)
        for moment in moments
    ]
    return "\n".join([head, *lines])


def _letter(result: Result) -> str:
    verdict = result.verdict
    letters = {
        "2": verdict.two_books,
        "U": verdict.unnoticed,
        "S": verdict.stuck,
        "Q": verdict.quarantined,
        "-": not verdict.reached,
    }
    return next((letter for letter, applies in letters.items() if applies), "o")
