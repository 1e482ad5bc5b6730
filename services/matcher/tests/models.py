"""The models that come with the package, each loaded once for all tests."""

from functools import cache

from matcher.calibration.score_calibration import ScoreCalibration
from matcher.comparison.comparator import Comparator
from matcher.comparison.descriptor import DescriptorTable
from matcher.embedding.embedding_network import EmbeddingNetwork
from matcher.models import ModelBundle


@cache
def models() -> ModelBundle:
    """All of them."""
    return ModelBundle.load()


@cache
def comparator() -> Comparator:
    """The comparison alone."""
    return Comparator.load()


@cache
def calibration() -> ScoreCalibration:
    """The calibration alone."""
    return ScoreCalibration.load()


@cache
def embedding() -> EmbeddingNetwork:
    """The embedding alone."""
    return EmbeddingNetwork.load()


@cache
def descriptor_table() -> DescriptorTable:
    """The table of local descriptors alone."""
    return DescriptorTable.load()
