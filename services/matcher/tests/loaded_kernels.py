"""Loads the matcher's compiled kernels, for whatever is forked from the process afterwards."""

from matcher.models import ModelBundle

ModelBundle.load().warm_up()
