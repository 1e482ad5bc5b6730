"""How one finger must be moved to lie on another, and which minutiae then fall together.

Alike minutiae propose movements, the pairs that agree with one support it, the best two are
followed: moved rigidly, then bent by what their neighbours say, as skin bends. Proposing and
supporting after Jain, Hong, Bolle, TPAMI 19(4), 1997, section 3.2; the local shift after
Schaefer, McPhail, Warren, "Image deformation using moving least squares", SIGGRAPH 2006.

Here `place` is float32 (n, 3): x, y (pixels at 500 dpi, y upwards) and angle (radians).
"""

import math

import numpy as np
from numpy.typing import NDArray

from matcher.jit import compiled

Floats = NDArray[np.float32]
Movement = tuple[float, float, float, float]
"""Cosine and sine of the turn, shift along x and y (pixels)."""

_LEAST_ALIKE = 0.12
"""Pairs less alike propose nothing; minutiae of strangers are alike by 0 on average."""
_PROPOSALS = 24
_FOLLOWED = 2
_SLACK, _SLACK_FAR = 8.0, 0.12
"""Pixels two pairs may disagree: always, and for each pixel between them (a seed's angle errs)."""
_SLACK_ANGLE = 0.3
_ARM = 20.0
"""A pair's directions count in a fit like a second pair so many pixels ahead."""
_NEAR, _NEAR_ANGLE = 7.0, 0.22
"""Standard deviation of a mate's place (pixels) and direction (radians) after alignment."""
_WIDER = 1.6
"""Of `_NEAR`, while nothing is bent yet."""
_REACH = 50.0
"""Pixels over which skin moves together."""
_STIFF = 0.5
"""Weight of not bending, as of half a perfect pair."""
_BEYOND = 3.0
"""Standard deviations at which a pair is none."""
_CHANCE = 0.3
"""What unlike descriptors still leave of a pair that lies right."""


@compiled
def align(
    a: Floats, b: Floats, alike: Floats
) -> tuple[NDArray[np.int64], NDArray[np.float64], Floats, float]:
    """Lay a on b.

    a, b: places (n, 3) and (m, 3); alike: float32 (n, m), similarity of descriptors.
    Returns for each of a its partner in b, int64 (n,), -1 for none; how good the pair is,
    float64 (n,), 0 to 1.3; where a came to lie, float32 (n, 3); and the support of the movement.
    """
    partner, weight, moved = np.full(len(a), -1), np.zeros(len(a)), a.copy()
    best, supported = 0.0, 0.0
    pairs, strength = _likely(alike)
    if len(strength) < 2:
        return partner, weight, moved, supported
    seeds = np.argsort(-strength)[:_PROPOSALS]
    proposed = np.zeros(len(seeds))
    for k in range(len(seeds)):
        proposed[k] = _support(a, b, pairs, strength, seeds[k]).sum()
    for _ in range(_FOLLOWED):
        k = int(np.argmax(proposed))
        if proposed[k] <= 0:
            break
        support = _support(a, b, pairs, strength, seeds[k])
        found = _settle(a, b, alike, _fit(a, b, pairs, support))
        if found[1].sum() > best:
            partner, weight, moved = found
            best, supported = weight.sum(), proposed[k]
        for other in range(len(seeds)):  # the same movement, proposed by another pair
            if other == k or support[seeds[other]] > 0.3 * strength[seeds[other]]:
                proposed[other] = 0.0
    return partner, weight, moved, supported


@compiled
def _likely(alike: Floats) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Pairs (p, 2), by rising first index, that are among the best of a row or column; how alike.

    Two of each row, one of each column.
    """
    rows, columns = alike.shape
    first, second = np.full(rows, -1), np.full(rows, -1)
    owner, most = np.full(columns, -1), np.full(columns, np.float32(_LEAST_ALIKE))
    for i in range(rows):
        top, next_top = np.float32(_LEAST_ALIKE), np.float32(_LEAST_ALIKE)
        for j in range(columns):
            here = alike[i, j]
            if here > top:
                next_top, second[i] = top, first[i]
                top, first[i] = here, j
            elif here > next_top:
                next_top, second[i] = here, j
            if here > most[j]:
                most[j], owner[j] = here, i
    pairs, strength = np.empty((2 * rows + columns, 2), np.int64), np.empty(2 * rows + columns)
    count = 0
    for i in range(rows):
        for j in range(columns):
            if first[i] == j or second[i] == j or owner[j] == i:
                pairs[count, 0], pairs[count, 1] = i, j
                strength[count] = alike[i, j]
                count += 1
    return pairs[:count], strength[:count]


@compiled
def _support(
    a: Floats, b: Floats, pairs: NDArray[np.int64], strength: NDArray[np.float64], seed: int
) -> NDArray[np.float64]:
    """How far each pair agrees with the movement `seed` proposes, float64 (p,).

    Of several pairs of one minutia only the best speaks.
    """
    i, j = pairs[seed, 0], pairs[seed, 1]
    turn = b[j, 2] - a[i, 2]
    cos, sin = math.cos(turn), math.sin(turn)
    support = np.zeros(len(pairs))
    speaker = 0
    for p in range(len(pairs)):
        u, v = pairs[p, 0], pairs[p, 1]
        dx, dy = a[u, 0] - a[i, 0], a[u, 1] - a[i, 1]
        off_x = cos * dx - sin * dy - (b[v, 0] - b[j, 0])
        off_y = sin * dx + cos * dy - (b[v, 1] - b[j, 1])
        slack = _SLACK + _SLACK_FAR * math.sqrt(dx * dx + dy * dy)
        off = (off_x * off_x + off_y * off_y) / (slack * slack)
        off_angle = abs(_turn(a[u, 2] + turn - b[v, 2])) / _SLACK_ANGLE
        if off > 6.0 or off_angle > 2.5:
            continue
        agreed = strength[p] * math.exp(-0.5 * (off + off_angle * off_angle))
        if pairs[speaker, 0] != u:
            speaker = p
        if agreed >= support[speaker]:
            support[speaker] = 0.0
            speaker = p
            support[p] = agreed
    return support


@compiled
def _fit(a: Floats, b: Floats, pairs: NDArray[np.int64], weight: NDArray[np.float64]) -> Movement:
    """The rigid movement that brings pairs together best: weighted least squares."""
    total = max(weight.sum(), 1e-9)
    ax, ay, bx, by = 0.0, 0.0, 0.0, 0.0
    for p in range(len(pairs)):
        share = weight[p] / total
        ax += share * a[pairs[p, 0], 0]
        ay += share * a[pairs[p, 0], 1]
        bx += share * b[pairs[p, 1], 0]
        by += share * b[pairs[p, 1], 1]
    cos, sin = 0.0, 0.0
    for p in range(len(pairs)):
        i, j = pairs[p, 0], pairs[p, 1]
        ux, uy, vx, vy = a[i, 0] - ax, a[i, 1] - ay, b[j, 0] - bx, b[j, 1] - by
        turn = b[j, 2] - a[i, 2]
        cos += weight[p] * (ux * vx + uy * vy + _ARM * _ARM * math.cos(turn))
        sin += weight[p] * (ux * vy - uy * vx + _ARM * _ARM * math.sin(turn))
    length = math.sqrt(cos * cos + sin * sin) + 1e-12
    cos, sin = cos / length, sin / length
    return cos, sin, bx - (cos * ax - sin * ay), by - (sin * ax + cos * ay)


@compiled
def _settle(
    a: Floats, b: Floats, alike: Floats, movement: Movement
) -> tuple[NDArray[np.int64], NDArray[np.float64], Floats]:
    """From a movement to partners: pair, fit again, pair, bend, pair."""
    partner, weight, moved = _pair(_move(a, movement), b, alike, _WIDER * _NEAR)
    for _ in range(2):
        mine = np.nonzero(partner >= 0)[0]
        if len(mine) < 2:
            break
        movement = _fit(a, b, np.stack((mine, partner[mine]), 1), weight[mine])
        bent = _bend(_move(a, movement), b, partner, weight)
        partner, weight, moved = _pair(bent, b, alike, _NEAR)
    return partner, weight, moved


@compiled
def _move(a: Floats, movement: Movement) -> Floats:
    cos, sin, x, y = movement
    turn = math.atan2(sin, cos)
    moved = np.empty_like(a)
    for i in range(len(a)):
        moved[i, 0] = cos * a[i, 0] - sin * a[i, 1] + x
        moved[i, 1] = sin * a[i, 0] + cos * a[i, 1] + y
        moved[i, 2] = a[i, 2] + turn
    return moved


@compiled
def _bend(
    moved: Floats, b: Floats, partner: NDArray[np.int64], weight: NDArray[np.float64]
) -> Floats:
    """Shift each minutia as the pairs around it, itself left out, still miss."""
    bent = moved.copy()
    for i in range(len(moved)):
        x, y, total = 0.0, 0.0, _STIFF
        for k in range(len(moved)):
            if k == i or partner[k] < 0:
                continue
            dx, dy = moved[i, 0] - moved[k, 0], moved[i, 1] - moved[k, 1]
            near = weight[k] * math.exp(-(dx * dx + dy * dy) / (2 * _REACH * _REACH))
            x += near * (b[partner[k], 0] - moved[k, 0])
            y += near * (b[partner[k], 1] - moved[k, 1])
            total += near
        bent[i, 0] += x / total
        bent[i, 1] += y / total
    return bent


@compiled
def _pair(
    moved: Floats, b: Floats, alike: Floats, near: float
) -> tuple[NDArray[np.int64], NDArray[np.float64], Floats]:
    """Pair one to one what lies together, the best first."""
    most = 4 * len(moved)
    who, whom, worth = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most)
    count, furthest = 0, (_BEYOND * near) ** 2
    for i in range(len(moved)):
        for j in range(len(b)):
            dx, dy = moved[i, 0] - b[j, 0], moved[i, 1] - b[j, 1]
            distance = dx * dx + dy * dy
            if distance > furthest or count == most:
                continue
            off = _turn(moved[i, 2] - b[j, 2]) / _NEAR_ANGLE
            if abs(off) > _BEYOND:
                continue
            lies = math.exp(-0.5 * (distance / (near * near) + off * off))
            who[count], whom[count], worth[count] = i, j, lies * (_CHANCE + alike[i, j])
            count += 1
    partner, weight = np.full(len(moved), -1), np.zeros(len(moved))
    taken = np.zeros(len(b), np.bool_)
    for p in np.argsort(-worth[:count]):
        if partner[who[p]] < 0 and not taken[whom[p]]:
            partner[who[p]], weight[who[p]], taken[whom[p]] = whom[p], worth[p], True
    return partner, weight, moved


@compiled
def _turn(angle: float) -> float:
    """Return the angle (radians) in [-pi, pi]."""
    return angle - 2 * math.pi * math.floor(angle / (2 * math.pi) + 0.5)
