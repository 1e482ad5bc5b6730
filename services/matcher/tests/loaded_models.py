"""Loads the matcher's models and kernels, for whatever is forked from the process afterwards."""

from matcher.domain.model_bundle import PACKAGED
from matcher.index.warm_up import warm_up
from matcher.model_bundles import ModelBundles
from matcher.models import ModelBundle

_load = ModelBundles.load
_packaged = ModelBundle.load()
_packaged.warm_up()
warm_up()


def _load_or_use(self: ModelBundles, name: str) -> ModelBundle:
    """Use the packaged models that were loaded: to load them is half of what a start costs."""
    if name == PACKAGED and self.calibration_file is None:
        return _packaged
    return _load(self, name)


ModelBundles.load = _load_or_use  # type: ignore[method-assign]
