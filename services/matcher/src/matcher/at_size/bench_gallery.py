"""The gallery that `matcher bench` measures."""

from dataclasses import dataclass

from matcher.at_size.gallery_cache import GalleryCache
from matcher.at_size.searched_gallery import SearchedGallery
from matcher.domain.finger_source import Probe
from matcher.models import ModelBundle


@dataclass(slots=True, eq=False)
class BenchGallery:
    """The first `count` people of these files, on record in the serving index."""

    models: ModelBundle
    files: GalleryCache
    count: int
    searched: SearchedGallery

    @property
    def fingers(self) -> int:
        """How many fingers a person has."""
        return len(self.files.people.positions)

    def probe(self, person: int) -> Probe:
        """Return another impression of a person's fingers."""
        return self.files.people.probe(self.models, person)
