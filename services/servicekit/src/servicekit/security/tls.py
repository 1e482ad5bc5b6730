"""Mutual TLS: where the files are, and server credentials that follow them."""

import threading
from dataclasses import dataclass
from pathlib import Path

import grpc
import structlog
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from servicekit.errors import NoIdentity
from servicekit.security.identity import Caller, parse

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ClientTls:
    """PEM files of one identity: certificate chain, private key, accepted authorities."""

    certificate: Path
    private_key: Path
    authority: Path

    def channel_credentials(self) -> grpc.ChannelCredentials:
        """Credentials for a client; raises OSError when a file cannot be read."""
        return grpc.ssl_channel_credentials(
            self.authority.read_bytes(),
            self.private_key.read_bytes(),
            self.certificate.read_bytes(),
        )


def server_credentials(files: ClientTls) -> grpc.ServerCredentials:
    """Credentials that demand a client certificate and are renewed when the files change.

    New connections get the new certificate, open ones live on. Files that do not fit together
    are logged and the old ones stay in use. Raises OSError or ValueError if the first do not fit.
    """
    reloader = _Reloader(files)
    return grpc.dynamic_ssl_server_credentials(
        reloader.first,
        reloader.renewed,  # type: ignore[arg-type]  # the stubs forgot None, for no change
        require_client_authentication=True,
    )


def identity_of(certificate: Path) -> Caller:
    """Whose certificate a PEM file holds; raises OSError, or ValueError for nobody of ours."""
    leaf = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        (uri,) = names.get_values_for_type(x509.UniformResourceIdentifier)
        return parse(uri)
    except (x509.ExtensionNotFound, ValueError, NoIdentity) as error:
        raise ValueError(f"{certificate} does not name exactly one identity: {error}") from None


class _Reloader:
    """Called by gRPC, from its own threads, before each handshake."""

    def __init__(self, files: ClientTls) -> None:
        self._files = files
        self._guard = threading.Lock()
        self._seen = self._read()
        self.first = _configuration(*self._seen)

    def renewed(self) -> grpc.ServerCertificateConfiguration | None:
        """The new configuration if the files changed and are sound, else None: keep the old."""
        with self._guard:
            try:
                content = self._read()
                if content == self._seen:
                    return None
                self._seen = content
                configuration = _configuration(*content)
            except (OSError, ValueError) as error:
                _log.warning("certificate_not_reloaded", error=str(error))
                return None
        _log.info("certificate_reloaded")
        return configuration

    def _read(self) -> tuple[bytes, bytes, bytes]:
        files = self._files
        return (
            files.private_key.read_bytes(),
            files.certificate.read_bytes(),
            files.authority.read_bytes(),
        )


def _configuration(
    private_key: bytes, certificate: bytes, authority: bytes
) -> grpc.ServerCertificateConfiguration:
    key = load_pem_private_key(private_key, password=None)
    leaf = x509.load_pem_x509_certificates(certificate)[0]
    if key.public_key() != leaf.public_key():
        raise ValueError("the private key does not belong to the certificate")
    x509.load_pem_x509_certificates(authority)
    return grpc.ssl_server_certificate_configuration([(private_key, certificate)], authority)
