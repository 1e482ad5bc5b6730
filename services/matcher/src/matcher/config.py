"""What can be set: the settings common to all services, and the matcher's own."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator
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
    idempotency_lease_seconds: float = Field(
        5.0,
        ge=1,
        le=300,
        description="after which the database server ends the transactions of a replica that "
        "stands still, and other replicas may carry out the requests that it began, seconds; those "
        "of one that died, at once; not used with SQLite",
    )
    master_key_file: Path = Field(
        description="file of mode 0600 with the master key that biometric data in the database are "
        "encrypted under; made by `matcher new-master-key FILE`"
    )
    master_key_token: str | None = Field(
        None,
        description="PKCS#11 URI (RFC 7512) of the AES key in a token that the file of the master "
        "key is encrypted by, as pkcs11:token=...;object=...?module-path=...&pin-source=file:...; "
        "unset: the file holds the key in clear",
    )
    snapshot_file: Path | None = Field(
        None,
        description="file for snapshots of the index, beside a folder for most of its fingers "
        "(FILE.segments); unset: the index is read from the database and held in memory. "
        "Embeddings and minutiae are not encrypted in them: put them on an encrypted volume",
    )
    index_shards: int = Field(
        1,
        ge=1,
        le=64,
        description="parts that the persons in the index are divided into, each with a folder of "
        "its own for its snapshot (FILE.1-of-4); another number reads the database anew",
    )
    shard_engine: Literal["process", "ray"] = Field(
        "process",
        description="where the shards of the index are: in the matcher's process, or in actors of "
        "Ray (package extra ray), each of which opens the database itself with these settings",
    )
    shard_replicas: int = Field(
        1, ge=1, le=8, description="actors that hold the same shard; ray only"
    )
    ray_address: str | None = Field(
        None,
        description="host:port of the head of a Ray cluster whose machines hold the shards; unset: "
        "Ray is started on this machine, and ends with the matcher",
    )
    ray_interface: str = Field(
        "127.0.0.1",
        description="address of this machine by which Ray's processes reach each other. But for "
        "127.0.0.1 Ray listens on all addresses, and whoever reaches it and has its token can run "
        "programs here: let a firewall open its ports to a private network only",
    )
    ray_object_store_mebibytes: int = Field(
        128,
        ge=75,
        description="shared memory that Ray may take where the matcher starts it, MiB",
    )
    snapshot_interval_changes: int = Field(
        10_000, gt=0, description="committed changes after which a new snapshot is written"
    )
    follow_interval_seconds: float = Field(
        0.25, gt=0, description="how often the change log is polled when nobody searches, seconds"
    )
    index_memory_mebibytes: int | None = Field(
        None,
        ge=1,
        description="memory that the index may take, MiB, by which GetStatus tells how many more "
        "people fit, and from nine tenths of which administrators are warned; nothing is refused "
        "beyond it. Two fifths of the machine's memory leave room for arrays that grow "
        "and for a second index while it is made anew. Unset: no limit is known",
    )
    store_images: bool = Field(
        True,
        description="whether images are stored with templates, for drawings of comparisons",
    )
    minimum_quality: int = Field(
        20, ge=0, le=100, description="lowest NFIQ 2 score of an image that is accepted"
    )
    minimum_minutiae: int = Field(
        8,
        ge=4,
        le=255,
        description="lowest number of minutiae of a finger that is accepted; of an image those of "
        "quality 20 or more count",
    )
    max_predicted_fnir: float = Field(
        0.2,
        gt=0,
        le=1,
        description="highest predicted FNIR at which NO_HIT is answered; above it: UNDECIDED",
    )
    calibration_file: Path | None = Field(
        None,
        description="calibration made by `matcher calibrate`, for the packaged models; unset: the "
        "one of the package. The same on all replicas",
    )
    model_bundles_folder: Path | None = Field(
        None,
        description="folder with a folder for each further bundle of models that MigrateModel can "
        "change to. The same on all replicas",
    )
    max_persons_prefiltered: int = Field(
        4_000,
        ge=1,
        description="most persons of whom a search prefilters all; if it goes over more, it "
        "prefilters those that either of two channels finds",
    )
    max_persons_similar: int = Field(
        2_000,
        ge=1,
        description="most persons, nearest by embedding, that the first channel finds",
    )
    max_persons_voted: int = Field(
        2_000,
        ge=1,
        description="most persons, by votes of local descriptors, that the second channel finds",
    )
    max_persons_compared: int = Field(
        200,
        ge=1,
        le=1_000,
        description="most persons, best by prefilter score, whose minutiae are compared; up to "
        "four times as many for a probe of few minutiae, and down to an eighth, as of the persons "
        "of either channel, for one of several whole fingers",
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
    decoder_processes: int = Field(
        2, ge=1, description="processes that decode image files, so that a crash costs one file"
    )
    decoder_memory_mebibytes: int = Field(
        512,
        ge=16,
        description="most memory that decoding a file may take, MiB; the largest images take 150",
    )
    decoder_seconds: float = Field(
        10.0, gt=0, description="most time that decoding a file may take, seconds"
    )
    decoders_on_demand: bool = Field(
        False,
        description="whether a decoder process starts with the first file for it, not before the "
        "service is ready; spares seconds of processor time until then",
    )
    max_queued_work: int = Field(
        256,
        ge=0,
        description="most extractions and comparisons that wait for a thread, a search of several "
        "shards counted once; further ones are refused as OVERLOADED",
    )
    supplied_fingers_days: int = Field(
        90,
        ge=0,
        description="how long fingers that came with a call are kept, encrypted, so that its "
        "decision can be replayed, days of business time",
    )
    max_operations_running: int = Field(
        2, ge=1, description="most operations that a replica works on at once"
    )
    max_operations_waiting: int = Field(
        10_000,
        ge=0,
        description="most operations that wait; further ones are refused as OVERLOADED, as are "
        "those of a caller that has half of them",
    )
    max_operations_mebibytes: int = Field(
        4_096,
        ge=1,
        description="most that the requests of operations that wait or run may take in the "
        "database, MiB; further ones are refused as OVERLOADED, as are those of a caller that has "
        "half of it; at least twice max_message_bytes, so that every request can wait",
    )

    @model_validator(mode="after")
    def _require_room_for_every_operation(self) -> Self:
        if self.max_operations_mebibytes * MEBIBYTE < 2 * self.max_message_bytes:
            raise ValueError("max_operations_mebibytes must be at least twice max_message_bytes")
        return self
