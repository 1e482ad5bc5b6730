"""The best one-to-one pairing of two sets (linear sum assignment)."""

import numpy as np
from numpy.typing import NDArray

from matcher.fingerprint.jit import compiled


@compiled
def assign(gain: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the column of each row so that the summed gain is greatest.

    gain: float32 (n, m), n <= m. Returns int64 (n,), no column twice. Shortest augmenting paths
    with potentials, O(n^2 m): Jonker, Volgenant, Computing 38, 1987.
    """
    rows, columns = gain.shape
    row_price, column_price = np.zeros(rows + 1), np.zeros(columns + 1)
    owner = np.zeros(columns + 1, np.int64)  # row of each column, both from 1; 0 is nobody
    previous = np.zeros(columns + 1, np.int64)
    slack, reached = np.empty(columns + 1), np.empty(columns + 1, np.bool_)
    for row in range(1, rows + 1):
        owner[0], column = row, 0
        slack[:], reached[:] = np.inf, False
        while True:
            reached[column] = True
            here, step, nearest = owner[column], np.inf, 0
            for other in range(1, columns + 1):
                if reached[other]:
                    continue
                cost = -gain[here - 1, other - 1] - row_price[here] - column_price[other]
                if cost < slack[other]:
                    slack[other], previous[other] = cost, column
                if slack[other] < step:
                    step, nearest = slack[other], other
            for other in range(columns + 1):
                if reached[other]:
                    row_price[owner[other]] += step
                    column_price[other] -= step
                else:
                    slack[other] -= step
            column = nearest
            if owner[column] == 0:
                break
        while column:
            owner[column] = owner[previous[column]]
            column = previous[column]
    chosen = np.empty(rows, np.int64)
    for column in range(1, columns + 1):
        if owner[column]:
            chosen[owner[column] - 1] = column - 1
    return chosen
