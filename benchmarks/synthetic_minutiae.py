"""How real the synthetic templates are: the same figures of real and of synthetic fingers.

    python -m benchmarks.synthetic_minutiae FOLDER [--dpi DB2_B=569] [--fingers 30] [--hardness 1]

FOLDER holds one sub-folder a sensor with FINGER_IMPRESSION.png; or it is an .npz of rows x, y,
angle, kind, quality / 100, width, height by "SENSOR/FINGER_IMPRESSION". Nothing is fitted: every
figure of the generator is compared with the extractor's, mates aligned alike on both sides.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from matcher.comparison.comparator import Comparator
from matcher.embedding.embedding_network import EmbeddingNetwork
from matcher.embedding.neighbourhood import expand
from matcher.extraction.extractor import Extractor
from matcher.image.decode import decode
from matcher.minutiae import Minutiae, minutiae
from matcher.synthetic import COMPETITION, impress, lookalike, master
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, cKDTree  # type: ignore[import-untyped, unused-ignore]

from benchmarks.aligned import Aligned, align

IMPRESSIONS = 8
BANDS = ((15, 30), (30, 50), (50, 80), (80, 120), (120, 180))
"""Distances of neighbours, pixels."""
Fingers = Sequence[Sequence[Minutiae]]
Figures = dict[str, float]


def main() -> None:
    """Print one column for each sensor and one for the synthetic world."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dpi", action="append", default=[], help="SENSOR=DPI, else 500")
    parser.add_argument("--fingers", type=int, default=30)
    parser.add_argument("--hardness", type=float, default=COMPETITION)
    given = parser.parse_args()
    worlds = real(given.folder, dict(pair.split("=") for pair in given.dpi))
    flow = [master(seed) for seed in range(given.fingers)]
    worlds["synthetic"] = [
        [impress(finger, touch, hardness=given.hardness) for touch in range(IMPRESSIONS)]
        for finger in flow
    ]
    worlds["one flow"] = [
        [impress(lookalike(flow[0], s), t, hardness=given.hardness) for t in range(IMPRESSIONS)]
        for s in range(given.fingers)
    ]
    comparator, network = Comparator.load(), EmbeddingNetwork.load()
    table({name: figures(comparator, network, fingers) for name, fingers in worlds.items()})


def real(folder: Path, dpi: dict[str, str]) -> dict[str, Fingers]:
    """Templates by sensor and finger."""
    found = _stored(folder) if folder.suffix == ".npz" else _extracted(folder, dpi)
    sensors: dict[str, dict[str, list[Minutiae]]] = {}
    for name, one in sorted(found.items()):
        sensor, finger = name.split("/")[0], name.split("/")[1].split("_")[0]
        sensors.setdefault(sensor, {}).setdefault(finger, []).append(one)
    return {sensor: list(fingers.values()) for sensor, fingers in sensors.items()}


def _stored(file: Path) -> dict[str, Minutiae]:
    with np.load(file) as arrays:
        return {
            name: minutiae(
                rows[:, :5] * (1, 1, 1, 1, 100), width=int(rows[0, 5]), height=int(rows[0, 6])
            )
            for name, rows in arrays.items()
        }


def _extracted(folder: Path, dpi: dict[str, str]) -> dict[str, Minutiae]:
    extractor = Extractor()
    return {
        f"{file.parent.name}/{file.stem}": extractor(
            decode(file.read_bytes(), int(dpi.get(file.parent.name, 500)))
        )
        for file in sorted(folder.glob("*/*.png"))
    }


def figures(comparator: Comparator, network: EmbeddingNetwork, fingers: Fingers) -> Figures:
    """All figures of one world."""
    touches = [touch for finger in fingers for touch in finger]
    return (
        alone(touches)
        | neighbours(touches)
        | likeness(fingers)
        | mates(comparator, fingers)
        | scores(comparator, network, fingers)
    )


def alone(touches: Sequence[Minutiae]) -> Figures:
    """What a template is like: how many, how good, how dense, how near to each other."""
    counts = np.array([len(touch) for touch in touches])
    hulls = np.array([ConvexHull(touch.xy).volume / 19.685**2 for touch in touches])
    nearest = np.concatenate([cKDTree(touch.xy).query(touch.xy, 2)[0][:, 1] for touch in touches])
    quality = np.concatenate([touch.quality for touch in touches])
    good = np.array([np.sum(touch.quality >= 50) for touch in touches])
    kinds = np.concatenate([touch.kind for touch in touches])
    return (
        _percentiles("minutiae", counts, (5, 25, 50, 75, 95))
        | _percentiles("hull mm2", hulls, (5, 50, 95))
        | _percentiles("per mm2 of hull", counts / hulls, (5, 50, 95))
        | _percentiles("quality", quality, (5, 25, 50, 75, 95))
        | _percentiles("of quality >= 50", good, (5, 50, 95))
        | _percentiles("nearest px", nearest, (1, 5, 25, 50, 75, 95))
        | {"bifurcations": float(np.mean(kinds == 2))}
    )


def neighbours(touches: Sequence[Minutiae]) -> Figures:
    """What a descriptor sees: how neighbours point, and how alike neighbourhoods of strangers."""
    rows = np.concatenate([_relative(touch) for touch in touches])
    result: Figures = {}
    for low, high in BANDS:
        apart, bearing, turn = rows[(rows[:, 0] >= low) & (rows[:, 0] < high)].T
        result |= {
            f"{low}-{high} px: cos turn": float(np.cos(turn).mean()),
            f"{low}-{high} px: cos 2 turn": float(np.cos(2 * turn).mean()),
            f"{low}-{high} px: cos 2 bearing": float(np.cos(2 * bearing).mean()),
            f"{low}-{high} px: neighbours": len(apart) / sum(map(len, touches)),
        }
    return result


def likeness(fingers: Fingers) -> Figures:
    """How alike neighbourhoods of different fingers are, ten fingers at a time."""
    cosines = []
    for start in range(0, len(fingers) - 9, 10):
        described = [_described(finger[0]) for finger in fingers[start : start + 10]]
        unit = [some / np.linalg.norm(some, axis=1, keepdims=True) for some in described]
        cosines += [(one @ two.T).ravel() for one, two in combinations(unit, 2)]
    return _percentiles("likeness of neighbourhoods", np.concatenate(cosines), (50, 95, 99.9))


def _relative(touch: Minutiae) -> NDArray[np.float64]:
    """Rows of distance, bearing and turn of every neighbour in the minutia's own frame."""
    x, y = touch.xy[:, 0].astype(float), -touch.xy[:, 1].astype(float)
    dx, dy = x[None] - x[:, None], y[None] - y[:, None]
    turn = touch.angle[None].astype(float) - touch.angle[:, None]
    bearing = np.arctan2(dy, dx) - touch.angle[:, None]
    off = ~np.eye(len(touch), dtype=bool)
    return np.stack([np.hypot(dx, dy)[off], bearing[off], turn[off]], axis=1)


def _described(touch: Minutiae) -> NDArray[np.float32]:
    xy = touch.xy.astype(np.float32) * (1, -1)
    weight = touch.quality.astype(np.float32) / np.float32(100)
    return np.arcsinh(expand(xy.astype(np.float32), touch.angle, weight))


def mates(comparator: Comparator, fingers: Fingers) -> Figures:
    """How two touches of one finger differ, once aligned."""
    pairs = (pair for finger in fingers for pair in combinations(finger, 2))
    tried = (align(comparator, one, two) for one, two in pairs)
    aligned = [one for one in tried if one]
    possible = sum(len(finger) * (len(finger) - 1) // 2 for finger in fingers)
    quality = np.concatenate([a.quality for a in aligned])
    repeats = np.concatenate([a.repeats for a in aligned])
    result = {"mates aligned": len(aligned) / possible, "repeats in overlap": float(repeats.mean())}
    for low in range(20, 100, 10):
        some = (quality >= low) & (quality < low + 10)
        result[f"  of quality {low}-{low + 9}"] = float(repeats[some].mean())
    for name, values, which in (
        ("overlap, share of hull", [a.overlap for a in aligned], (5, 50, 95)),
        ("repeats by pair", [a.repeats.mean() for a in aligned], (5, 50, 95)),
        ("turn degrees", [abs(a.turn) for a in aligned], (50, 95)),
        ("rms after rigid fit px", [a.rigid for a in aligned], (5, 50, 95)),
        ("rms after affine fit px", [a.affine for a in aligned], (5, 50, 95)),
        ("stretch %", [a.stretch for a in aligned], (5, 50, 95)),
    ):
        result |= _percentiles(name, np.array(values), which)
    angles = np.degrees(abs(np.concatenate([a.angles for a in aligned])))
    fine = np.concatenate([a.fine for a in aligned])
    return (
        result
        | _percentiles("angle residual degrees", angles, (50, 75, 95))
        | _correlation(aligned)
        | _percentiles("residual beside 3 neighbours px", fine, (50, 75, 95))
    )


def _correlation(aligned: Sequence[Aligned]) -> Figures:
    """Correlation of what an affine fit leaves at two minutiae, by their distance."""
    edges = (0, 25, 50, 75, 100, 150, 200)
    product, square = np.zeros(len(edges) - 1), np.zeros(len(edges) - 1)
    for a in aligned:
        first, second = np.triu_indices(len(a.rest), 1)
        apart = abs(a.where[first] - a.where[second])
        bins = np.digitize(apart, edges) - 1
        for k in range(len(edges) - 1):
            some = bins == k
            product[k] += np.sum((a.rest[first] * a.rest[second].conj()).real[some])
            square[k] += np.sum((abs(a.rest[first]) ** 2 + abs(a.rest[second]) ** 2)[some]) / 2
    return {
        f"residual correlation {edges[k]}-{edges[k + 1]} px": float(product[k] / square[k])
        for k in range(len(edges) - 1)
    }


def scores(comparator: Comparator, network: EmbeddingNetwork, fingers: Fingers) -> Figures:
    """Comparison and embedding of mates and strangers; each probe against 72 others."""
    owner = np.repeat(np.arange(len(fingers)), [len(finger) for finger in fingers])
    touches = [touch for finger in fingers for touch in finger]
    embedded = network.embed_many(touches)
    same = owner[:, None] == owner[None]
    alike = np.where(np.eye(len(owner), dtype=bool), np.nan, embedded @ embedded.T)
    prepared = [comparator.prepare(touch) for touch in touches]
    mated = [
        comparator.compare(prepared[a], [prepared[b]])[0]
        for a, b in combinations(range(len(owner)), 2)
        if same[a, b]
    ]
    firsts = [prepared[k] for k in np.flatnonzero(np.diff(owner, prepend=-1))]
    seconds = [prepared[k + 1] for k in np.flatnonzero(np.diff(owner, prepend=-1))]
    strange = np.concatenate(
        [np.delete(comparator.compare(probe, seconds), k) for k, probe in enumerate(firsts)]
    )
    groups = [embedded[owner // 10 == g] for g in range(owner.max() // 10 + 1)]
    best = np.concatenate([_best_stranger(g) for g in groups])
    return (
        _percentiles("embedding, mates", alike[same & ~np.isnan(alike)], (5, 50))
        | _percentiles("embedding, strangers", alike[~same], (50, 95, 99.9))
        | _percentiles("embedding, best of 72 strangers", best, (5, 50, 95))
        | _percentiles("score, mates", np.array(mated), (1, 5, 25, 50))
        | _percentiles("score, strangers", strange, (50, 95, 99))
    )


def _best_stranger(embedded: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of ten fingers, eight touches each: how alike the most alike stranger is."""
    owner = np.arange(len(embedded)) // IMPRESSIONS
    alike = embedded @ embedded.T
    best: NDArray[np.float32] = np.where(owner[:, None] == owner[None], -1, alike).max(1)
    return best


def _percentiles(name: str, values: NDArray[np.number], which: Sequence[float]) -> Figures:
    return {f"{name} {p}%": float(np.percentile(values, p)) for p in which}


def table(worlds: dict[str, Figures]) -> None:
    """Print a row for each figure."""
    names = list(worlds)
    print(f"| {'':38} | " + " | ".join(f"{name:>9}" for name in names) + " |")
    for figure in worlds[names[0]]:
        cells = " | ".join(f"{worlds[name][figure]:9.3g}" for name in names)
        print(f"| {figure:38} | {cells} |")


if __name__ == "__main__":
    main()
