"""Matchers as processes of their own."""

import json
import os
import random
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from matcher.__main__ import main
from matcher.config import Settings
from matcher.store.master_key_file import create_master_key
from passport.matcher.v1 import (
    admin_pb2,
    admin_pb2_grpc,
)
from servicekit.security.development_certificates import issue_certificate
from servicekit.security.tls import TlsFiles

from services.databases import database_of
from services.forked_processes import FORKED

POLICY = Path(__file__).parents[3] / "deploy" / "policy" / "policy.toml"
TIMEOUT_SECONDS = 60.0
START_SECONDS = 240.0
"""After an upgrade the first start compiles its kernels, beside other tests."""
_BELOW_EPHEMERAL = range(15_000, 30_000)
CONNECTS_OFTEN = [
    ("grpc.initial_reconnect_backoff_ms", 50),
    ("grpc.max_reconnect_backoff_ms", 50),
]
"""Options of a channel to a process that starts: by default a refused one waits for a second."""


def master_key(folder: Path) -> Path:
    """The file of a folder with a master key, made if there is none."""
    path = folder / "master.key"
    if not path.exists():
        create_master_key(path)
    return path


class Matcher:
    """A matcher whose database and snapshot lie in a folder that outlives its process."""

    def __init__(self, folder: Path, pki: Path, **settings: Any) -> None:
        self.folder = folder
        self.pki = pki
        self._settings = settings
        self._process: Any = None
        self.address = ""
        self.database_url = settings.pop("database_url", "") or database_of(
            folder / "matcher.sqlite"
        )
        folder.mkdir(parents=True, exist_ok=True)

    def settings(self, **others: Any) -> Settings:
        """The settings it runs with."""
        files = issue_certificate(self.pki, office="national", service="matcher")
        values: dict[str, Any] = {
            "listen": self.address or "127.0.0.1:0",
            "certificate": files.certificate,
            "private_key": files.private_key,
            "authority": files.authority,
            "policy_file": POLICY,
            "database_url": self.database_url,
            "master_key_file": master_key(self.folder),
            "snapshot_file": self.folder / "index.snapshot",
            "environment": "test",
            "log_level": "error",
            "workers": 2,
            "decoder_processes": 1,
            "decoders_on_demand": True,
            **json.loads(os.environ.get("MATCHER_TEST_SETTINGS", "{}")),
        }
        return Settings.load(**(values | self._settings | others))

    def replay(self, day: str) -> int:
        """Replay the decisions of a day, and return the exit status."""
        try:
            self.command("replay", "--day", day)
        except SystemExit as end:
            return int(end.code or 0)
        return 0

    def command(self, name: str, *options: str) -> None:
        """Run a command of the matcher's command line on its database."""
        arguments = [name, "--config", str(self.write(self.settings())), *options]
        with ThreadPoolExecutor(1) as thread:  # the caller's thread may run an event loop
            thread.submit(main, arguments).result()

    def start(
        self,
        failpoints: str = "",
        until: int = admin_pb2.SERVICE_LEVEL_FULL,
        address: str | None = None,
    ) -> "Matcher":
        """Start the process, at a free address unless given, and wait until it is so far."""
        self.address = address or f"127.0.0.1:{_free_port()}"
        config = self.write(self.settings(failpoints=failpoints))
        self._process = FORKED.Process(
            target=main, args=(["serve", "--config", str(config)],), daemon=True
        )
        self._process.start()
        self.wait_for_level(until)
        return self

    def stop(self) -> None:
        """End it gracefully."""
        self._process.terminate()
        self.wait_for_end()

    def kill(self) -> None:
        """End it without a warning, as a power cut would."""
        self._process.kill()
        self.wait_for_end()

    def wait_for_end(self) -> int:
        """Wait until it is gone; returns its exit code, -9 if it was killed."""
        self._process.join(TIMEOUT_SECONDS)
        code: int | None = self._process.exitcode
        assert code is not None, "it did not end"
        return code

    @property
    def pid(self) -> int:
        """Id of its process."""
        return int(self._process.pid)

    def is_alive(self) -> bool:
        """Whether its process runs."""
        return bool(self._process is not None and self._process.is_alive())

    def identity(self, service: str = "issuance", office: str = "national") -> TlsFiles:
        """The files of a calling service."""
        return issue_certificate(self.pki, service=service, office=office)

    def administrator(self) -> TlsFiles:
        """The files of a calling administrator."""
        return issue_certificate(self.pki, office="national", user="ani", role="administrator")

    def status(self, seconds: float = TIMEOUT_SECONDS) -> admin_pb2.MatcherStatus:
        """Return the answer to GetStatus, of a process that may be starting."""
        with self._channel() as channel:
            stub: Any = admin_pb2_grpc.MatcherAdminStub(channel)
            answer: admin_pb2.MatcherStatus = stub.GetStatus(
                admin_pb2.GetStatusRequest(), timeout=seconds, wait_for_ready=True
            )
            return answer

    def serves(self, service: str) -> bool:
        """Whether its health says that a service serves."""
        with self._channel() as channel:
            stub: Any = health_pb2_grpc.HealthStub(channel)
            request = health_pb2.HealthCheckRequest(service=service)
            answer = stub.Check(request, timeout=TIMEOUT_SECONDS)
            return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    def wait_for_level(self, level: int) -> None:
        """Wait until it can do as much as this."""
        self.wait_for_status(lambda status: status.level == level)

    def wait_for_status(self, is_reached: Callable[[admin_pb2.MatcherStatus], bool]) -> None:
        """Wait until its status is what it is waited for."""
        end = time.monotonic() + START_SECONDS
        while not is_reached(self.status(START_SECONDS)):
            assert self._process.is_alive(), "the matcher ended"
            assert time.monotonic() < end, f"the matcher is not ready: {self.status()}"
            time.sleep(0.02)

    @contextmanager
    def _channel(self) -> Iterator[grpc.Channel]:
        credentials = self.administrator().channel_credentials()
        with grpc.secure_channel(self.address, credentials, CONNECTS_OFTEN) as channel:
            yield channel

    def write(self, settings: Settings) -> Path:
        """Put settings into a file."""
        path = self.folder / "matcher.toml"
        values = settings.model_dump(mode="json", exclude_none=True)
        path.write_text("".join(f"{key} = {json.dumps(v)}\n" for key, v in values.items()))
        return path


def _free_port() -> int:
    """A port nobody listens on now, and none that an outgoing connection gets meanwhile."""
    while True:
        port = random.SystemRandom().choice(_BELOW_EPHEMERAL)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
