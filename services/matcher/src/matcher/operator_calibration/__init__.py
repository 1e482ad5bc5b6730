"""A calibration made from an operator's own fingers: `matcher calibrate`.

It counts how often comparisons of different fingers of the operator's own images reach a raw score,
by the code that serves, without a service or a database.
"""
