"""What can be set: the settings common to all services, and the matcher's own."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict
from servicekit.process.settings import MEBIBYTE, ServiceSettings


class Settings(ServiceSettings):
    """Settings of the matcher, from a TOML file or as ``PASSPORT_MATCHER_<NAME>``."""

    model_config = SettingsConfigDict(extra="forbid", env_prefix="PASSPORT_MATCHER_", frozen=True)

    max_message_bytes: int = Field(
        32 * MEBIBYTE,
        gt=0,
        description="largest request or response accepted, bytes; ten images fit",
    )
    snapshot_file: Path | None = Field(
        None, description="file for snapshots of the index; unset: it is read from the database"
    )
    snapshot_interval_changes: int = Field(
        10_000, gt=0, description="committed changes after which a new snapshot is written"
    )
    follow_interval_seconds: float = Field(
        0.25, gt=0, description="how often the change log is polled when nobody searches, seconds"
    )
    store_images: bool = Field(
        True,
        description="whether images are stored with templates, for drawings of comparisons",
    )
    minimum_quality: int = Field(
        20, ge=0, le=100, description="lowest NFIQ 2 score of an image that is accepted"
    )
    minimum_minutiae: int = Field(
        8, ge=4, le=255, description="lowest number of minutiae of a finger that is accepted"
    )
    max_predicted_fnir: float = Field(
        0.2,
        gt=0,
        le=1,
        description="highest predicted FNIR at which NO_HIT is answered; above it: UNDECIDED",
    )
    max_persons_prefiltered: int = Field(
        20_000, ge=1, description="most persons, nearest by embedding, that are prefiltered"
    )
    max_persons_compared: int = Field(
        200,
        ge=1,
        le=1_000,
        description="most persons, best by prefilter score, whose minutiae are compared",
    )
    target_fpir: float = Field(
        0.001,
        gt=0,
        le=0.5,
        description="false positive identification rate, where the caller asks for none",
    )
    target_fmr: float = Field(
        0.0001,
        gt=0,
        le=0.5,
        description="false match rate of verifications, where the caller asks for none",
    )
    workers: int | None = Field(
        None, ge=1, description="threads for extraction and comparison; unset: one for each core"
    )
    max_queued_work: int = Field(
        256,
        ge=0,
        description="most extractions and comparisons that wait for a thread; "
        "further ones are refused as OVERLOADED",
    )
