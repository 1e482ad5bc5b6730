"""How one finger must be moved to lie on another, and which minutiae then coincide.

Pairs of minutiae with similar descriptors propose movements; all pairs that agree with a proposal
support it; the two best supported are refined: moved rigidly, then bent locally, as skin bends.
Proposals and their support follow Jain, Hong and Bolle, "On-line fingerprint verification", TPAMI
19(4), 1997, section 3.2; the local shift follows Schaefer, McPhail and Warren, "Image deformation
using moving least squares", SIGGRAPH 2006.

A `placement` is float32 (n, 3): x, y (pixels at 500 dpi, y upwards) and angle (radians) of each
minutia of a finger.
"""

import math

import numpy as np
from numpy.typing import NDArray

from matcher.jit import compiled

Floats = NDArray[np.float32]
Movement = tuple[float, float, float, float]
"""Cosine and sine of the rotation, shift along x and y (pixels)."""

_MIN_SIMILARITY = 0.12
"""Pairs of lower similarity propose nothing; that of non-mated minutiae is 0 on average."""
_PROPOSALS = 24
"""Most similar pairs that propose a movement."""
_REFINED_PROPOSALS = 2
_SAME_MOVEMENT_SUPPORT = 0.3
"""A pair that supports a movement by more than this share of its similarity proposes the same."""
_TOLERANCE, _TOLERANCE_PER_PIXEL = 8.0, 0.12
"""Pixels by which two pairs may disagree: a constant, and a share of the distance between them
(the angle of the proposing pair has an error)."""
_ANGLE_TOLERANCE = 0.3
"""Radians by which the directions of a pair may disagree with a proposal."""
_DIRECTION_ARM = 20.0
"""In a rigid fit, the direction of a pair counts like a second pair this many pixels ahead."""
_POSITION_DEVIATION, _ANGLE_DEVIATION = 7.0, 0.22
"""Standard deviations of position (pixels) and direction (radians) of aligned mated minutiae."""
_UNBENT_FACTOR = 1.6
"""Factor on `_POSITION_DEVIATION` before the finger is bent."""
_BENDING_RADIUS = 50.0
"""Pixels over which skin moves together."""
_STIFFNESS = 0.5
"""Weight of the unbent position, in units of a perfect pair."""
_MAX_DEVIATIONS = 3.0
"""Standard deviations beyond which two minutiae are not paired."""
_BASE_WEIGHT = 0.3
"""Weight of a pair that lies exactly but has dissimilar descriptors; similarity adds up to 1."""


@compiled
def align(
    probe: Floats, reference: Floats, similar: Floats
) -> tuple[NDArray[np.int64], NDArray[np.float64], Floats, float, Movement]:
    """Lay the probe on the reference.

    probe, reference: placements (n, 3) and (m, 3); similar: float32 (n, m), similarity of the
    descriptors. Returns for each minutia of the probe its partner in the reference, int64 (n,), -1
    for none; the weight of the pair, float64 (n,), 0 to 1.3; the placement of the moved probe,
    float32 (n, 3); the support of the movement; and the rigid movement that brings the pairs
    together best, before the finger is bent.
    """
    partner, weight, moved = np.full(len(probe), -1), np.zeros(len(probe)), probe.copy()
    best_weight, best_support, best_movement = 0.0, 0.0, (1.0, 0.0, 0.0, 0.0)
    pairs, similarity = _similar_pairs(similar)
    if len(similarity) < 2:
        return partner, weight, moved, best_support, best_movement
    proposing = np.argsort(-similarity)[:_PROPOSALS]
    placements = _taken(probe, pairs[:, 0]), _taken(reference, pairs[:, 1])
    support = np.zeros(len(proposing))
    for k in range(len(proposing)):
        support[k] = _support(*placements, pairs, similarity, proposing[k]).sum()
    for _ in range(_REFINED_PROPOSALS):
        k = int(np.argmax(support))
        if support[k] <= 0:
            break
        by_pair = _support(*placements, pairs, similarity, proposing[k])
        movement = _rigid_fit(probe, reference, pairs, by_pair)
        refined = _refine(probe, reference, similar, movement)
        if refined[1].sum() > best_weight:
            partner, weight, moved = refined
            best_weight, best_support, best_movement = weight.sum(), support[k], movement
        for other in range(len(proposing)):
            supports = by_pair[proposing[other]]
            if other == k or supports > _SAME_MOVEMENT_SUPPORT * similarity[proposing[other]]:
                support[other] = 0.0
    paired = np.nonzero(partner >= 0)[0]
    if len(paired) >= 2:
        pairs = np.stack((paired, partner[paired]), 1)
        best_movement = _rigid_fit(probe, reference, pairs, weight[paired])
    return partner, weight, moved, best_support, best_movement


@compiled
def inverse(partner: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return the partners seen from the other finger, int64 (count,), -1 for none."""
    other = np.full(count, -1)
    for i in range(len(partner)):
        if partner[i] >= 0:
            other[partner[i]] = i
    return other


@compiled
def _similar_pairs(similar: Floats) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the pairs that are the most similar of their row or column, and their similarity.

    Two of each row and one of each column: int64 (p, 2), by rising first index, and float64 (p,).
    """
    rows, columns = similar.shape
    first, second = np.full(rows, -1), np.full(rows, -1)
    column_row = np.full(columns, -1)
    column_best = np.full(columns, np.float32(_MIN_SIMILARITY))
    for i in range(rows):
        best, second_best = np.float32(_MIN_SIMILARITY), np.float32(_MIN_SIMILARITY)
        for j in range(columns):
            here = similar[i, j]
            if here > best:
                second_best, second[i] = best, first[i]
                best, first[i] = here, j
            elif here > second_best:
                second_best, second[i] = here, j
            if here > column_best[j]:
                column_best[j], column_row[j] = here, i
    pairs, similarity = np.empty((2 * rows + columns, 2), np.int64), np.empty(2 * rows + columns)
    count = 0
    for i in range(rows):
        for j in range(columns):
            if first[i] == j or second[i] == j or column_row[j] == i:
                pairs[count, 0], pairs[count, 1] = i, j
                similarity[count] = similar[i, j]
                count += 1
    return pairs[:count], similarity[:count]


@compiled
def _taken(placement: Floats, rows: NDArray[np.int64]) -> Floats:
    """Return these rows of a placement, each column by itself, float32 (3, p)."""
    taken = np.empty((3, len(rows)), np.float32)
    for p in range(len(rows)):
        for column in range(3):
            taken[column, p] = placement[rows[p], column]
    return taken


@compiled
def _support(
    probe: Floats,
    reference: Floats,
    pairs: NDArray[np.int64],
    similarity: NDArray[np.float64],
    proposing: int,
) -> NDArray[np.float64]:
    """Return how far each pair agrees with the movement of the pair `proposing`, float64 (p,).

    probe, reference: placements of the two minutiae of each pair, see `_taken`. Of several pairs of
    one minutia only the best counts.
    """
    off, off_angle = _disagreement(probe, reference, proposing)
    support = np.zeros(len(pairs))
    best = 0
    for p in range(len(pairs)):
        if off[p] > 6.0 or off_angle[p] > 2.5:
            continue
        agreement = similarity[p] * math.exp(-0.5 * (off[p] + off_angle[p] * off_angle[p]))
        if pairs[best, 0] != pairs[p, 0]:
            best = p
        if agreement >= support[best]:
            support[best] = 0.0
            best = p
            support[p] = agreement
    return support


@compiled
def _disagreement(
    probe: Floats, reference: Floats, proposing: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how far off each pair is after the movement of one, squared, and its direction.

    In units of the tolerance, float64 (p,). Without a branch, so that it is vectorised.
    """
    off, off_angle = np.empty(probe.shape[1]), np.empty(probe.shape[1])
    turn = reference[2, proposing] - probe[2, proposing]
    cos, sin = math.cos(turn), math.sin(turn)
    x, y = probe[0, proposing], probe[1, proposing]
    u, v = reference[0, proposing], reference[1, proposing]
    for p in range(len(off)):
        dx, dy = probe[0, p] - x, probe[1, p] - y
        off_x = cos * dx - sin * dy - (reference[0, p] - u)
        off_y = sin * dx + cos * dy - (reference[1, p] - v)
        tolerance = _TOLERANCE + _TOLERANCE_PER_PIXEL * math.sqrt(dx * dx + dy * dy)
        # Not by an operator, which would ask whether the tolerance is zero.
        off[p] = np.divide(off_x * off_x + off_y * off_y, tolerance * tolerance)
        off_angle[p] = abs(_half_turn(probe[2, p] + turn - reference[2, p])) / _ANGLE_TOLERANCE
    return off, off_angle


@compiled
def _rigid_fit(
    probe: Floats, reference: Floats, pairs: NDArray[np.int64], weight: NDArray[np.float64]
) -> Movement:
    """Return the rigid movement that best brings pairs together: weighted least squares."""
    total = max(weight.sum(), 1e-9)
    ax, ay, bx, by = 0.0, 0.0, 0.0, 0.0
    for p in range(len(pairs)):
        share = weight[p] / total
        ax += share * probe[pairs[p, 0], 0]
        ay += share * probe[pairs[p, 0], 1]
        bx += share * reference[pairs[p, 1], 0]
        by += share * reference[pairs[p, 1], 1]
    cos, sin = 0.0, 0.0
    for p in range(len(pairs)):
        i, j = pairs[p, 0], pairs[p, 1]
        ux, uy = probe[i, 0] - ax, probe[i, 1] - ay
        vx, vy = reference[j, 0] - bx, reference[j, 1] - by
        turn = reference[j, 2] - probe[i, 2]
        cos += weight[p] * (ux * vx + uy * vy + _DIRECTION_ARM * _DIRECTION_ARM * math.cos(turn))
        sin += weight[p] * (ux * vy - uy * vx + _DIRECTION_ARM * _DIRECTION_ARM * math.sin(turn))
    length = math.sqrt(cos * cos + sin * sin) + 1e-12
    cos, sin = cos / length, sin / length
    return cos, sin, bx - (cos * ax - sin * ay), by - (sin * ax + cos * ay)


@compiled
def _refine(
    probe: Floats, reference: Floats, similar: Floats, movement: Movement
) -> tuple[NDArray[np.int64], NDArray[np.float64], Floats]:
    """Return partner, weight and moved probe after pairing; fitting, bending and pairing twice."""
    partner, weight, moved = _pair(
        _move(probe, movement), reference, similar, _UNBENT_FACTOR * _POSITION_DEVIATION
    )
    for _ in range(2):
        paired = np.nonzero(partner >= 0)[0]
        if len(paired) < 2:
            break
        pairs = np.stack((paired, partner[paired]), 1)
        movement = _rigid_fit(probe, reference, pairs, weight[paired])
        bent = _bend(_move(probe, movement), reference, partner, weight)
        partner, weight, moved = _pair(bent, reference, similar, _POSITION_DEVIATION)
    return partner, weight, moved


@compiled
def _move(placement: Floats, movement: Movement) -> Floats:
    """Return the placement after a rigid movement."""
    cos, sin, x, y = movement
    turn = math.atan2(sin, cos)
    moved = np.empty_like(placement)
    for i in range(len(placement)):
        moved[i, 0] = cos * placement[i, 0] - sin * placement[i, 1] + x
        moved[i, 1] = sin * placement[i, 0] + cos * placement[i, 1] + y
        moved[i, 2] = placement[i, 2] + turn
    return moved


@compiled
def _bend(
    moved: Floats, reference: Floats, partner: NDArray[np.int64], weight: NDArray[np.float64]
) -> Floats:
    """Return `moved` with each minutia shifted by the mean residual of the pairs around it.

    A minutia's own pair is left out, so that a wrong pair does not confirm itself.
    """
    bent = moved.copy()
    for i in range(len(moved)):
        x, y, total = 0.0, 0.0, _STIFFNESS
        for k in range(len(moved)):
            if k == i or partner[k] < 0:
                continue
            dx, dy = moved[i, 0] - moved[k, 0], moved[i, 1] - moved[k, 1]
            near = weight[k] * math.exp(
                -(dx * dx + dy * dy) / (2 * _BENDING_RADIUS * _BENDING_RADIUS)
            )
            x += near * (reference[partner[k], 0] - moved[k, 0])
            y += near * (reference[partner[k], 1] - moved[k, 1])
            total += near
        bent[i, 0] += x / total
        bent[i, 1] += y / total
    return bent


@compiled
def _pair(
    moved: Floats, reference: Floats, similar: Floats, deviation: float
) -> tuple[NDArray[np.int64], NDArray[np.float64], Floats]:
    """Return partner and weight of each minutia, paired one to one, greatest weight first.

    deviation: standard deviation of the position, pixels. `moved` is returned as well.
    """
    capacity = 4 * len(moved)
    from_, to = np.empty(capacity, np.int64), np.empty(capacity, np.int64)
    weights = np.empty(capacity)
    count, furthest = 0, (_MAX_DEVIATIONS * deviation) ** 2
    for i in range(len(moved)):
        for j in range(len(reference)):
            dx, dy = moved[i, 0] - reference[j, 0], moved[i, 1] - reference[j, 1]
            distance = dx * dx + dy * dy
            if distance > furthest or count == capacity:
                continue
            off_angle = _half_turn(moved[i, 2] - reference[j, 2]) / _ANGLE_DEVIATION
            if abs(off_angle) > _MAX_DEVIATIONS:
                continue
            near = math.exp(-0.5 * (distance / (deviation * deviation) + off_angle * off_angle))
            from_[count], to[count] = i, j
            weights[count] = near * (_BASE_WEIGHT + similar[i, j])
            count += 1
    partner, weight = np.full(len(moved), -1), np.zeros(len(moved))
    taken = np.zeros(len(reference), np.bool_)
    for p in np.argsort(-weights[:count]):
        if partner[from_[p]] < 0 and not taken[to[p]]:
            partner[from_[p]], weight[from_[p]], taken[to[p]] = to[p], weights[p], True
    return partner, weight, moved


@compiled
def _half_turn(angle: float) -> float:
    """Return the angle (radians) brought into [-pi, pi]."""
    return angle - 2 * math.pi * math.floor(angle / (2 * math.pi) + 0.5)
