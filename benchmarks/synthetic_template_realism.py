"""Measures how real synthetic templates are: the same figures of real and of synthetic fingers.

    python -m benchmarks.synthetic_template_realism FOLDER [--dpi DB2_B=569] [--fingers 30]

FOLDER holds one sub-folder a sensor with FINGER_IMPRESSION.png; or it is an .npz of rows x, y,
angle, kind, quality / 100, width, height by "SENSOR/FINGER_IMPRESSION". Nothing is fitted: the
figures of the generator's templates are printed next to those of the extractor's; mated impressions
are aligned in the same way.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from matcher.comparison.comparator import Comparator
from matcher.embedding.embedding_network import EmbeddingNetwork
from matcher.embedding.neighbourhood_features import neighbourhood_features
from matcher.extraction.extractor import Extractor
from matcher.image.decode import decode
from matcher.minutiae import Minutiae, minutiae_from_rows
from matcher.synthetic import FVC2002, generate_master, generate_template, same_flow_impostor
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, cKDTree  # type: ignore[import-untyped, unused-ignore]

from benchmarks.impression_alignment import ImpressionDifferences, align

IMPRESSIONS = 8
BANDS = ((15, 30), (30, 50), (50, 80), (80, 120), (120, 180))
"""Distances of neighbours, pixels."""
Fingers = Sequence[Sequence[Minutiae]]
Figures = dict[str, float]


def main() -> None:
    """Print one column for each sensor and two for the synthetic fingers."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="real images, or an .npz of their minutiae")
    parser.add_argument("--dpi", action="append", default=[], help="SENSOR=DPI, else 500")
    parser.add_argument("--fingers", type=int, default=30, help="synthetic fingers; default 30")
    parser.add_argument(
        "--capture-difficulty", type=float, default=FVC2002, help="of synthetic fingers; default 1"
    )
    options = parser.parse_args()
    columns = real_templates(options.folder, dict(pair.split("=") for pair in options.dpi))
    masters = [generate_master(seed) for seed in range(options.fingers)]
    same_flow = [same_flow_impostor(masters[0], seed) for seed in range(options.fingers)]
    for name, fingers in (("synthetic", masters), ("one flow", same_flow)):
        columns[name] = [
            [
                generate_template(finger, seed, capture_difficulty=options.capture_difficulty)
                for seed in range(IMPRESSIONS)
            ]
            for finger in fingers
        ]
    comparator, network = Comparator.load(), EmbeddingNetwork.load()
    print_table(
        {name: all_figures(comparator, network, fingers) for name, fingers in columns.items()}
    )


def real_templates(folder: Path, dpi: dict[str, str]) -> dict[str, Fingers]:
    """Return templates by sensor and finger."""
    found = _stored(folder) if folder.suffix == ".npz" else _extracted(folder, dpi)
    sensors: dict[str, dict[str, list[Minutiae]]] = {}
    for name, template in sorted(found.items()):
        sensor, finger = name.split("/")[0], name.split("/")[1].split("_")[0]
        sensors.setdefault(sensor, {}).setdefault(finger, []).append(template)
    return {sensor: list(fingers.values()) for sensor, fingers in sensors.items()}


def _stored(file: Path) -> dict[str, Minutiae]:
    with np.load(file) as arrays:
        return {
            name: minutiae_from_rows(
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


def all_figures(comparator: Comparator, network: EmbeddingNetwork, fingers: Fingers) -> Figures:
    """Return all figures of one column."""
    templates = [template for finger in fingers for template in finger]
    return (
        template_figures(templates)
        | neighbour_figures(templates)
        | neighbourhood_figures(fingers)
        | mated_figures(comparator, fingers)
        | score_figures(comparator, network, fingers)
    )


def template_figures(templates: Sequence[Minutiae]) -> Figures:
    """Return counts, qualities, densities and distances of minutiae within templates."""
    counts = np.array([len(template) for template in templates])
    hulls = np.array([ConvexHull(template.xy).volume / 19.685**2 for template in templates])
    nearest = np.concatenate(
        [cKDTree(template.xy).query(template.xy, 2)[0][:, 1] for template in templates]
    )
    quality = np.concatenate([template.quality for template in templates])
    good = np.array([np.sum(template.quality >= 50) for template in templates])
    kinds = np.concatenate([template.kind for template in templates])
    return (
        _percentiles("minutiae", counts, (5, 25, 50, 75, 95))
        | _percentiles("hull mm2", hulls, (5, 50, 95))
        | _percentiles("per mm2 of hull", counts / hulls, (5, 50, 95))
        | _percentiles("quality", quality, (5, 25, 50, 75, 95))
        | _percentiles("of quality >= 50", good, (5, 50, 95))
        | _percentiles("nearest px", nearest, (1, 5, 25, 50, 75, 95))
        | {"bifurcations": float(np.mean(kinds == 2))}
    )


def neighbour_figures(templates: Sequence[Minutiae]) -> Figures:
    """Return how directions and bearings of neighbouring minutiae agree, by distance."""
    rows = np.concatenate([_relative(template) for template in templates])
    result: Figures = {}
    for low, high in BANDS:
        distance, bearing, angle = rows[(rows[:, 0] >= low) & (rows[:, 0] < high)].T
        result |= {
            f"{low}-{high} px: cos angle": float(np.cos(angle).mean()),
            f"{low}-{high} px: cos 2 angle": float(np.cos(2 * angle).mean()),
            f"{low}-{high} px: cos 2 bearing": float(np.cos(2 * bearing).mean()),
            f"{low}-{high} px: neighbours": len(distance) / sum(map(len, templates)),
        }
    return result


def neighbourhood_figures(fingers: Fingers) -> Figures:
    """Return how similar neighbourhoods of different fingers are, ten fingers at a time."""
    cosines = []
    for start in range(0, len(fingers) - 9, 10):
        described = [_descriptions(finger[0]) for finger in fingers[start : start + 10]]
        unit = [rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in described]
        cosines += [(one @ two.T).ravel() for one, two in combinations(unit, 2)]
    return _percentiles("similarity of neighbourhoods", np.concatenate(cosines), (50, 95, 99.9))


def _relative(template: Minutiae) -> NDArray[np.float64]:
    """Return rows of distance, bearing and direction of each neighbour in a minutia's frame."""
    x, y = template.xy[:, 0].astype(float), -template.xy[:, 1].astype(float)
    dx, dy = x[None] - x[:, None], y[None] - y[:, None]
    angle = template.angle[None].astype(float) - template.angle[:, None]
    bearing = np.arctan2(dy, dx) - template.angle[:, None]
    others = ~np.eye(len(template), dtype=bool)
    return np.stack([np.hypot(dx, dy)[others], bearing[others], angle[others]], axis=1)


def _descriptions(template: Minutiae) -> NDArray[np.float32]:
    xy = template.xy.astype(np.float32) * (1, -1)
    weight = template.quality.astype(np.float32) / np.float32(100)
    return np.arcsinh(neighbourhood_features(xy.astype(np.float32), template.angle, weight))


def mated_figures(comparator: Comparator, fingers: Fingers) -> Figures:
    """Return how two impressions of one finger differ, once aligned."""
    pairs = (pair for finger in fingers for pair in combinations(finger, 2))
    tried = (align(comparator, one, two) for one, two in pairs)
    aligned = [each for each in tried if each]
    possible = sum(len(finger) * (len(finger) - 1) // 2 for finger in fingers)
    quality = np.concatenate([a.quality for a in aligned])
    repeated = np.concatenate([a.repeated for a in aligned])
    result = {
        "mated pairs aligned": len(aligned) / possible,
        "repeated in overlap": float(repeated.mean()),
    }
    for low in range(20, 100, 10):
        chosen = (quality >= low) & (quality < low + 10)
        result[f"  of quality {low}-{low + 9}"] = float(repeated[chosen].mean())
    for name, values, which in (
        ("overlap, share of hull", [a.overlap for a in aligned], (5, 50, 95)),
        ("repeated by pair", [a.repeated.mean() for a in aligned], (5, 50, 95)),
        ("rotation degrees", [abs(a.rotation) for a in aligned], (50, 95)),
        ("rms after rigid fit px", [a.rigid for a in aligned], (5, 50, 95)),
        ("rms after affine fit px", [a.affine for a in aligned], (5, 50, 95)),
        ("stretch %", [a.stretch for a in aligned], (5, 50, 95)),
    ):
        result |= _percentiles(name, np.array(values), which)
    angles = np.degrees(abs(np.concatenate([a.angles for a in aligned])))
    local = np.concatenate([a.local_residual for a in aligned])
    return (
        result
        | _percentiles("angle residual degrees", angles, (50, 75, 95))
        | _residual_correlation(aligned)
        | _percentiles("residual beside 3 neighbours px", local, (50, 75, 95))
    )


def _residual_correlation(aligned: Sequence[ImpressionDifferences]) -> Figures:
    """Return the correlation of the residuals of an affine fit at two minutiae, by distance."""
    edges = (0, 25, 50, 75, 100, 150, 200)
    product, square = np.zeros(len(edges) - 1), np.zeros(len(edges) - 1)
    for a in aligned:
        first, second = np.triu_indices(len(a.residual), 1)
        distance = abs(a.position[first] - a.position[second])
        bins = np.digitize(distance, edges) - 1
        one, two = a.residual[first], a.residual[second]
        for k in range(len(edges) - 1):
            inside = bins == k
            product[k] += np.sum((one * two.conj()).real[inside])
            square[k] += np.sum((abs(one) ** 2 + abs(two) ** 2)[inside]) / 2
    return {
        f"residual correlation {edges[k]}-{edges[k + 1]} px": float(product[k] / square[k])
        for k in range(len(edges) - 1)
    }


def score_figures(comparator: Comparator, network: EmbeddingNetwork, fingers: Fingers) -> Figures:
    """Return comparison and embedding scores, mated and non-mated, each probe against 72 others."""
    owner = np.repeat(np.arange(len(fingers)), [len(finger) for finger in fingers])
    templates = [template for finger in fingers for template in finger]
    embedded = network.embed_many(templates)
    same = owner[:, None] == owner[None]
    similarity = np.where(np.eye(len(owner), dtype=bool), np.nan, embedded @ embedded.T)
    prepared = [comparator.prepare(template) for template in templates]
    mated = [
        comparator.compare(prepared[a], [prepared[b]])[0]
        for a, b in combinations(range(len(owner)), 2)
        if same[a, b]
    ]
    firsts = [prepared[k] for k in np.flatnonzero(np.diff(owner, prepend=-1))]
    seconds = [prepared[k + 1] for k in np.flatnonzero(np.diff(owner, prepend=-1))]
    non_mated = np.concatenate(
        [np.delete(comparator.compare(probe, seconds), k) for k, probe in enumerate(firsts)]
    )
    groups = [embedded[owner // 10 == g] for g in range(owner.max() // 10 + 1)]
    best = np.concatenate([_best_non_mated(g) for g in groups])
    return (
        _percentiles("embedding, mated", similarity[same & ~np.isnan(similarity)], (5, 50))
        | _percentiles("embedding, non-mated", similarity[~same], (50, 95, 99.9))
        | _percentiles("embedding, best of 72 non-mated", best, (5, 50, 95))
        | _percentiles("score, mated", np.array(mated), (1, 5, 25, 50))
        | _percentiles("score, non-mated", non_mated, (50, 95, 99))
    )


def _best_non_mated(embedded: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return each impression's highest non-mated similarity among ten fingers of eight."""
    owner = np.arange(len(embedded)) // IMPRESSIONS
    similarity = embedded @ embedded.T
    best: NDArray[np.float32] = np.where(owner[:, None] == owner[None], -1, similarity).max(1)
    return best


def _percentiles(name: str, values: NDArray[np.number], which: Sequence[float]) -> Figures:
    return {f"{name} {p}%": float(np.percentile(values, p)) for p in which}


def print_table(columns: dict[str, Figures]) -> None:
    """Print a row for each figure."""
    names = list(columns)
    print(f"| {'':38} | " + " | ".join(f"{name:>9}" for name in names) + " |")
    for figure in columns[names[0]]:
        cells = " | ".join(f"{columns[name][figure]:9.3g}" for name in names)
        print(f"| {figure:38} | {cells} |")


if __name__ == "__main__":
    main()
