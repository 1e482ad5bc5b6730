"""Read the machine readable zone from the image of a printed page, within limits."""

from servicekit.process.worker_pool import WorkerPool

from printer.domain.errors import PageImageUnreadable
from printer.page.mrz_reader import UnreadableZone
from printer.page.page_image import read_page_image


class ReadPageImage:
    """Reads images of pages in a pool of threads of bounded size."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool

    async def __call__(self, image: bytes) -> str:
        """Return both lines of the zone, 88 characters.

        image: what `read_page_image` of `printer.page.page_image` takes. Raises
        PageImageUnreadable, or Overloaded when too many wait.
        """
        try:
            zone = await self._pool.run(read_page_image, image)
        except UnreadableZone as error:
            raise PageImageUnreadable(
                f"no zone can be read from the image ({error}): scan again, or type the zone",
                field="page_image",
            ) from error
        return zone.upper + zone.lower
