"""How similar two fingers are, by their minutiae: the raw score of a comparison.

Local descriptors propose which minutiae correspond, `alignment` lays one finger on the other,
`ridge_agreement` tells how far their ridges agree then, and `likelihood` turns that, what
coincides, and what should have coincided but does not, into the natural logarithm of a likelihood
ratio: mated against non-mated. What a raw score means as a false match rate is the subject of
`matcher.calibration`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.alignment import align
from matcher.comparison.descriptor import (
    DESCRIPTOR_FILE,
    DescriptorTable,
    descriptor_similarity,
)
from matcher.comparison.likelihood import (
    FEATURES,
    LIKELIHOOD_FILE,
    LOWEST_RAW_SCORE,
    MINUTIA_FEATURES,
    LikelihoodNetwork,
    alignment_features,
    log_likelihood_ratio,
)
from matcher.comparison.preparation import prepare_minutiae, unpacked
from matcher.comparison.ridge_agreement import ridge_features
from matcher.jit import compiled
from matcher.minutiae import Minutiae, MinutiaeBatch
from matcher.ridge_map import NO_MAP, PackedMap

MIN_COMPARED_MINUTIAE = 4
"""A finger with fewer described minutiae is not compared."""

Counts = NDArray[np.int64]
Weights = tuple[
    NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], float
]
"""Those of a LikelihoodNetwork, as `log_likelihood_ratio` takes them."""
MinutiaPairs = NDArray[np.int64]
"""int64 (p, 2): indices into the Minutiae of the probe and of the reference."""


@dataclass(frozen=True, slots=True, eq=False)
class PreparedFinger:
    """What a comparison needs of one finger: 41 bytes a minutia, at most 2,009, and 300 of a map.

    The minutiae, best first:

    geometry: int16 (n, 4), x, y (pixels at 500 dpi, y upwards), angle (1/256 turn), quality (1 to
        100).
    descriptors: uint64 (n, 4), local descriptors of 256 bits.
    minutia_index: uint8 (n,), which of the finger's Minutiae each of these is.
    ridge_map: how its ridges run.
    """

    geometry: NDArray[np.int16]
    descriptors: NDArray[np.uint64]
    minutia_index: NDArray[np.uint8]
    ridge_map: PackedMap = field(default_factory=lambda: NO_MAP)

    def __len__(self) -> int:
        return len(self.minutia_index)

    @property
    def has_map(self) -> bool:
        """Whether it is known how its ridges run."""
        return bool(self.ridge_map[0])


@dataclass(frozen=True, slots=True, eq=False)
class PreparedFingers:
    """Many prepared fingers. minutiae: uint8 (n,), how many each has; the others as of one, end to
    end, and ridge_map uint8 (n, MAX_MAP_BYTES)."""

    minutiae: NDArray[np.uint8]
    geometry: NDArray[np.int16]
    descriptors: NDArray[np.uint64]
    minutia_index: NDArray[np.uint8]
    ridge_map: NDArray[np.uint8]


class Comparator:
    """One version of the comparison: the learned descriptor table and likelihood network.

    One instance may be used from several threads at once. version: name of this version; prepared
    fingers, raw scores and calibrations of different versions do not belong together.
    minimum_quality: of the faintest minutiae of an image that it was made for, 0 to 1. takes_maps:
    whether it compares maps of the ridges where both fingers have one.
    """

    def __init__(self, table: DescriptorTable, network: LikelihoodNetwork) -> None:
        self._table = table
        self._network = network
        self.version = f"{table.name}-{network.method}-{network.digest}"
        self.minimum_quality = network.minimum_quality
        self.takes_maps = network.takes_maps

    @classmethod
    def load(
        cls, descriptor_file: Path = DESCRIPTOR_FILE, likelihood_file: Path = LIKELIHOOD_FILE
    ) -> Self:
        """Read both models from their files. Raises OSError, ValueError."""
        return cls(DescriptorTable.load(descriptor_file), LikelihoodNetwork.load(likelihood_file))

    def prepare(self, finger: Minutiae) -> PreparedFinger:
        """Compute once what every comparison of this finger needs: its at most 49 best minutiae.

        Minutiae with too few neighbours to be described are left out.
        """
        many = self.prepare_all([finger])
        return PreparedFinger(
            many.geometry, many.descriptors, many.minutia_index, many.ridge_map[0]
        )

    def prepare_all(self, fingers: Sequence[Minutiae]) -> PreparedFingers:
        """Prepare many fingers, at least one; the GIL is released for all of them together."""
        return self.prepare_batch(MinutiaeBatch.of(fingers))

    def prepare_batch(self, fingers: MinutiaeBatch) -> PreparedFingers:
        """Do the same with fingers that are a batch already."""
        minutiae, geometry, descriptors, minutia_index = prepare_minutiae(
            fingers.xy,
            fingers.angle,
            fingers.quality,
            np.cumsum(fingers.counts),
            self._table.votes,
            self._table.threshold,
        )
        return PreparedFingers(
            minutiae.astype(np.uint8), geometry, descriptors, minutia_index, fingers.ridge_map
        )

    def compare(
        self, probe: PreparedFinger, references: Sequence[PreparedFinger]
    ) -> NDArray[np.float32]:
        """Return the raw score of the probe with each reference, float32 (k,), -20 or more.

        The GIL is released for the whole batch. A finger with fewer than four minutiae scores -20.
        Exchanging probe and reference, or turning one by as little as the rounding of a minutia,
        may lead to another alignment: then raw scores of mated comparisons differ by hundredths,
        those of non-mated ones by tenths, seldom by more.
        """
        return self.compare_and_count(probe, references)[0]

    def compare_and_count(
        self, probe: PreparedFinger, references: Sequence[PreparedFinger]
    ) -> tuple[NDArray[np.float32], Counts]:
        """Return the same, and with how many minutiae of each reference some of the probe coincide.

        As many as `paired_minutiae` tells, int64 (k,).
        """
        if not references:
            return np.zeros(0, np.float32), np.zeros(0, np.int64)
        features, paired = _features(probe, references, self._network.takes_maps)
        by_minutiae = self._network.without_map or self._network
        scores = _log_likelihood_ratios(features, *_weights(by_minutiae))
        if self._network.takes_maps:
            by_map = ~np.isnan(features[:, -1])
            scores[by_map] = _log_likelihood_ratios(features[by_map], *_weights(self._network))
        return scores, paired


def are_compared_by_map(
    probe: PreparedFinger, references: Sequence[PreparedFinger]
) -> NDArray[np.bool_]:
    """Return whether probe and reference both have a map of their ridges, bool (k,)."""
    return np.array([probe.has_map and each.has_map for each in references], np.bool_)


def comparison_features(
    probe: PreparedFinger, references: Sequence[PreparedFinger]
) -> NDArray[np.float64]:
    """Return the features of the probe's alignment with each reference, float64 (k, 30).

    See `likelihood.alignment_features`, and `ridge_agreement.ridge_features` for the last fourteen.
    A row is NaN where a finger has fewer than four minutiae; its last fourteen are NaN where one
    has no map.
    """
    return _features(probe, references, True)[0]


def _weights(network: LikelihoodNetwork) -> Weights:
    return (
        network.hidden_weights,
        network.hidden_bias,
        network.output_weights,
        network.direct_weights,
        network.bias,
    )


def _features(
    probe: PreparedFinger, references: Sequence[PreparedFinger], with_maps: bool
) -> tuple[NDArray[np.float64], Counts]:
    """Return the features, and how many minutiae are paired. with_maps: where there are any."""
    if not references:
        return np.zeros((0, FEATURES)), np.zeros(0, np.int64)
    ends = np.cumsum([len(reference) for reference in references])
    geometry = np.concatenate([reference.geometry for reference in references])
    descriptors = np.concatenate([reference.descriptors for reference in references])
    maps = np.stack([reference.ridge_map for reference in references])
    return _batch_features(
        probe.geometry,
        probe.descriptors,
        probe.ridge_map if with_maps else NO_MAP,
        geometry,
        descriptors,
        maps,
        ends,
    )


def paired_minutiae(probe: PreparedFinger, reference: PreparedFinger) -> MinutiaPairs:
    """Return the pairs of minutiae that coincide after alignment, int64 (p, 2), surest first.

    Column 0 indexes the probe's Minutiae, column 1 the reference's.
    """
    if min(len(probe), len(reference)) < MIN_COMPARED_MINUTIAE:
        return np.zeros((0, 2), np.int64)
    partner, weight = _partners(
        probe.geometry, probe.descriptors, reference.geometry, reference.descriptors
    )
    paired = np.argsort(-weight, kind="stable")[: int((partner >= 0).sum())]
    return np.stack(
        [probe.minutia_index[paired], reference.minutia_index[partner[paired]]], axis=1
    ).astype(np.int64)


@compiled
def _batch_features(
    probe_geometry: NDArray[np.int16],
    probe_descriptors: NDArray[np.uint64],
    probe_map: PackedMap,
    geometry: NDArray[np.int16],
    descriptors: NDArray[np.uint64],
    maps: NDArray[np.uint8],
    ends: NDArray[np.int64],
) -> tuple[NDArray[np.float64], Counts]:
    """Compute `_features`; references end to end, the k-th up to row ends[k]."""
    features, paired = np.full((len(ends), FEATURES), np.nan), np.zeros(len(ends), np.int64)
    probe, probe_quality = unpacked(probe_geometry)
    start = 0
    for k in range(len(ends)):
        end = ends[k]
        if min(len(probe), end - start) >= MIN_COMPARED_MINUTIAE:
            reference, quality = unpacked(geometry[start:end])
            similar = descriptor_similarity(probe_descriptors, descriptors[start:end])
            partner, weight, moved, support, movement = align(probe, reference, similar)
            features[k, :MINUTIA_FEATURES] = alignment_features(
                moved, probe_quality, reference, quality, similar, partner, weight, support
            )
            if probe_map[0] and maps[k, 0]:
                features[k, MINUTIA_FEATURES:] = ridge_features(
                    probe_map, maps[k], movement, moved, probe_quality, reference, quality, partner
                )
            paired[k] = (partner >= 0).sum()
        start = end
    return features, paired


@compiled
def _log_likelihood_ratios(
    features: NDArray[np.float64],
    hidden_weights: NDArray[np.float64],
    hidden_bias: NDArray[np.float64],
    output_weights: NDArray[np.float64],
    direct_weights: NDArray[np.float64],
    bias: float,
) -> NDArray[np.float32]:
    scores = np.full(len(features), np.float32(LOWEST_RAW_SCORE))
    for k in range(len(features)):
        if not np.isnan(features[k, 0]):
            scores[k] = log_likelihood_ratio(
                features[k], hidden_weights, hidden_bias, output_weights, direct_weights, bias
            )
    return scores


@compiled
def _partners(
    probe_geometry: NDArray[np.int16],
    probe_descriptors: NDArray[np.uint64],
    reference_geometry: NDArray[np.int16],
    reference_descriptors: NDArray[np.uint64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the partner of each minutia of the probe, -1 for none, and the weight of the pair."""
    probe, reference = unpacked(probe_geometry)[0], unpacked(reference_geometry)[0]
    similar = descriptor_similarity(probe_descriptors, reference_descriptors)
    partner, weight, _, _, _ = align(probe, reference, similar)
    return partner, weight
