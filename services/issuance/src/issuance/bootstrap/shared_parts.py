"""What servicers and workers share, each part made once from the settings."""

import uuid
from datetime import timedelta

import grpc
from servicekit.grpc.client_channel import open_channel
from servicekit.process.clock import SystemClock, make_clock
from servicekit.security.identity import server_name
from servicekit.security.tls import TlsFiles, read_certificate_identity
from servicekit.storage.database import Database

from issuance.clients.personalisation import Personaliser
from issuance.clients.printer_channels import PrinterChannels
from issuance.clients.printers_client import PrintersClient
from issuance.clients.travel_ban_file import TravelBanFile
from issuance.config import IssuanceSettings
from issuance.domain.outage_policy import DEFAULT_POLICY, OutagePolicy
from issuance.domain.retry_policy import LongestWaits
from issuance.outage_policy_file import read_outage_policy
from issuance.store.records import Store
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.office_directory import OfficeDirectory
from issuance.use_cases.outage_lifecycle import OutageLifecycle
from issuance.use_cases.travel_bans import TravelBans


def new_id() -> str:
    """Return an id that is unique and cannot be guessed."""
    return uuid.uuid4().hex


def _outage_policy(settings: IssuanceSettings) -> OutagePolicy:
    file = settings.outage_policy_file
    return DEFAULT_POLICY if file is None else read_outage_policy(file)


def _travel_ban_list(settings: IssuanceSettings) -> TravelBanFile | None:
    file, key = settings.travel_ban_file, settings.travel_ban_key
    return TravelBanFile(file, key) if file and key else None


class SharedParts:
    """What servicers and workers share. Raises OSError or ValueError for unusable files."""

    def __init__(self, settings: IssuanceSettings) -> None:
        self.settings = settings
        self.clock = make_clock(settings)
        self.real_now = SystemClock().now
        self.offices = OfficeDirectory(settings.expected_times)
        self.database = Database(settings.database_url, silence=settings.silence)
        self.validity = settings.validity_rule()
        personaliser = Personaliser(settings.issuing_state, self.validity)
        self.longest_waits = LongestWaits(
            timedelta(seconds=settings.lease_seconds),
            timedelta(seconds=settings.retry_longest_seconds),
        )
        self.store = Store(self.database, settings.replica, self.longest_waits)
        self.outage_policy = _outage_policy(settings)
        self.apply_transition = ApplyTransition(
            self.offices,
            personaliser,
            new_id,
            self.validity,
            self.outage_policy,
        )
        self.travel_bans = TravelBans(
            _travel_ban_list(settings),
            timedelta(hours=settings.travel_ban_longest_age_hours),
            self.apply_transition,
        )
        self.outages = OutageLifecycle(self.offices, new_id, self.outage_policy)
        self.channels = PrinterChannels(self._channel_to_printer, settings.call_timeout_seconds)
        self.printers = PrintersClient(self.channels, settings.call_timeout_seconds)

    def channel(self, target: str, service: str, office: str) -> grpc.aio.Channel:
        """Open a channel to a service of an office, and to no other one at its address."""
        settings = self.settings
        tls = TlsFiles(settings.certificate, settings.private_key, settings.authority)
        country = read_certificate_identity(settings.certificate).country
        return open_channel(
            target,
            tls,
            server_name=server_name(service, office, country),
            max_message_bytes=settings.max_message_bytes,
        )

    def _channel_to_printer(self, office: str, address: str) -> grpc.aio.Channel:
        # Without the scheme, gRPC takes a host such as `unix` or `ipv4` for one.
        return self.channel(f"dns:///{address}", "printer", office)
