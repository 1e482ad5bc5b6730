"""Searches among many synthetic people, measured: `matcher bench`, `evaluate --distractors`.

It runs the code that serves, from the index to the decision, without a database.
"""
