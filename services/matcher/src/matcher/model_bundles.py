"""Which bundles of models are installed, and is each of them whole?

A bundle is a folder with the five files of `ModelBundle.load`, named as in this package, and
SHA256SUMS, which `sha256sum` writes over them. Extractor and quality come with the package.
"""

import hashlib
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path

import structlog
from servicekit.errors import DomainError

from matcher.calibration.score_calibration import CALIBRATION_FILE
from matcher.comparison.descriptor import DESCRIPTOR_FILE
from matcher.comparison.descriptor_quantizer import QUANTIZER_FILE
from matcher.comparison.likelihood import LIKELIHOOD_FILE
from matcher.domain.errors import BundleNotFound, BundleUnusable
from matcher.domain.model_bundle import PACKAGED, StoredBundle
from matcher.embedding.embedding_network import EMBEDDING_FILE
from matcher.models import ModelBundle, ModelVersions

_FILES = {
    "embedding": EMBEDDING_FILE.name,
    "descriptor": DESCRIPTOR_FILE.name,
    "likelihood": LIKELIHOOD_FILE.name,
    "calibration": CALIBRATION_FILE.name,
    "quantizer": QUANTIZER_FILE.name,
}
_CHECKSUMS = "SHA256SUMS"

_log = structlog.get_logger(__name__)

BundleFile = tuple[str, int, int]
"""Path, size in bytes, and time of the last change, nanoseconds."""


@dataclass(frozen=True, slots=True)
class ModelBundles:
    """The bundles of a replica.

    folder: with a folder for each; None if there is only the packaged one. calibration_file: used
    with the packaged one in place of its own; None if there is none.
    """

    folder: Path | None
    calibration_file: Path | None

    def load(self, name: str) -> ModelBundle:
        """Read a bundle; takes about a second. Raises BundleNotFound, BundleUnusable.

        Of the packaged one raises what `ModelBundle.load` raises.
        """
        if name == PACKAGED:
            return ModelBundle.load(calibration=self.calibration_file or CALIBRATION_FILE)
        if self.folder is None:
            raise _not_found(name)
        return load_folder(self.folder / name)

    def check(self, name: str) -> None:
        """Read a bundle and run each of its models once. Raises what `load` raises."""
        models = self.load(name)
        try:
            models.warm_up()
        except Exception as error:  # as above
            raise BundleUnusable(f"bundle {name} cannot be run: {error}", field="bundle") from error

    def load_stored(self, stored: StoredBundle) -> ModelBundle:
        """Read the bundle that the database names. Raises what `load` raises.

        BundleUnusable too if its files are others by now; those of the packaged one may be: they
        come with the matcher.
        """
        if stored.name == PACKAGED:
            return self.load(PACKAGED)
        return self.load_versions(stored.name, stored.versions)

    def load_versions(self, name: str, versions: str) -> ModelBundle:
        """Read a bundle of known versions. Raises what `load` raises.

        BundleUnusable too if its files are of others.
        """
        models = self.load(name)
        if versions_of(models.versions) != versions:
            raise BundleUnusable(f"the files of bundle {name} are not those that served")
        return models

    def load_others(self, serving: str) -> dict[str, ModelBundle]:
        """Read all bundles but the one that serves, by name; those that cannot be used are logged.

        Takes about a second for each.
        """
        read = dict[str, ModelBundle]()
        for name in self.names():
            if name != serving:
                try:
                    read[name] = self.load(name)
                except (DomainError, OSError, ValueError) as error:
                    _log.warning("bundle_not_read", bundle=name, reason=str(error))
        return read

    def files(self) -> frozenset[BundleFile]:
        """Return the files in the folders of bundles: where they are the same, so are bundles."""
        files = list[Path]()
        for folder in self._folders():
            with suppress(FileNotFoundError):  # it was removed meanwhile
                files += folder.iterdir()
        return frozenset((str(file), *_size_and_time(file)) for file in files)

    def names(self) -> list[str]:
        """Return the names of all bundles, the packaged one first; a missing folder has none."""
        return [PACKAGED, *(folder.name for folder in self._folders())]

    def _folders(self) -> list[Path]:
        if self.folder is not None and self.folder.is_dir():
            with suppress(FileNotFoundError):  # it was removed meanwhile
                return [each for each in sorted(self.folder.iterdir()) if each.is_dir()]
        return []


def load_bundle(folder: Path | None) -> ModelBundle:
    """Read the bundle in a folder, or the packaged one if that is None.

    Raises BundleNotFound, BundleUnusable, and what `ModelBundle.load` raises.
    """
    return ModelBundle.load() if folder is None else load_folder(folder)


def load_folder(folder: Path) -> ModelBundle:
    """Read a bundle from its folder. Raises BundleNotFound, BundleUnusable."""
    if not folder.is_dir():
        raise _not_found(folder.name)
    try:
        _check_files(folder)
        return ModelBundle.load(**{each: folder / file for each, file in _FILES.items()})
    except Exception as error:  # the libraries that read the files raise what they like
        raise BundleUnusable(f"bundle {folder.name}: {error}", field="bundle") from error


def _not_found(name: str) -> BundleNotFound:
    return BundleNotFound(f"there is no folder of the bundle {name}", field="bundle")


def versions_of(versions: ModelVersions) -> str:
    """Return all versions of a bundle as one string, as the database keeps them."""
    return " ".join(astuple(versions))


def _size_and_time(file: Path) -> tuple[int, int]:
    try:
        stat = file.stat()
    except FileNotFoundError:  # it was removed meanwhile
        return 0, 0
    return stat.st_size, stat.st_mtime_ns


def _check_files(folder: Path) -> None:
    """Raise OSError or ValueError unless all files are there, and as they were summed."""
    sums = {}
    for line in (folder / _CHECKSUMS).read_text().splitlines():
        digest, _, file = line.partition(" ")
        sums[file.lstrip(" *")] = digest
    for file in _FILES.values():
        if file not in sums:
            raise ValueError(f"{_CHECKSUMS} does not name {file}")
        if hashlib.sha256((folder / file).read_bytes()).hexdigest() != sums[file]:
            raise ValueError(f"{file} is not the file that {_CHECKSUMS} names: copy it again")
