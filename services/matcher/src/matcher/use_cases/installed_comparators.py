"""By which comparison was a decision made, if that is still installed?"""

from dataclasses import dataclass, field

from matcher.comparison.comparator import Comparator
from matcher.model_bundles import BundleFile, ModelBundles


@dataclass(slots=True, eq=False)
class InstalledComparators:
    """Comparisons by their versions: that of the bundle that serves, and of the others installed.

    serving_bundle: its name. The others are read when first one of them is asked for, and again
    when files of bundles were added, removed or changed, as while one is being copied.
    """

    serving: Comparator
    serving_bundle: str
    bundles: ModelBundles
    _files: frozenset[BundleFile] = frozenset()
    _others: dict[str, Comparator] = field(default_factory=dict)

    def __call__(self, version: str) -> Comparator | None:
        """Return the comparison of a version; None if no bundle with it is installed.

        Takes about a second for each bundle that is read.
        """
        if version == self.serving.version:
            return self.serving
        files = self.bundles.files()
        if files != self._files:
            read = self.bundles.load_others(self.serving_bundle).values()
            self._others = {models.comparator.version: models.comparator for models in read}
            self._files = files
        return self._others.get(version)
