"""How is mutual TLS set up? From PEM files; a server reloads them when they change."""

import threading
from dataclasses import dataclass
from pathlib import Path

import grpc
import structlog
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from servicekit.errors import NoIdentity
from servicekit.security.identity import Caller, parse_identity

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """The PEM files of one client or server.

    certificate: its chain. private_key: of the certificate. authority: the certificate authorities
    that the other side's certificate must be signed by.
    """

    certificate: Path
    private_key: Path
    authority: Path

    def channel_credentials(self) -> grpc.ChannelCredentials:
        """Return the credentials of a client; raises OSError when a file cannot be read."""
        return grpc.ssl_channel_credentials(
            self.authority.read_bytes(),
            self.private_key.read_bytes(),
            self.certificate.read_bytes(),
        )


def server_credentials(files: TlsFiles) -> grpc.ServerCredentials:
    """Return server credentials that require a client certificate and follow changes of the files.

    Changed files apply to new connections; open ones continue. If changed files do not match each
    other, a warning is logged and the previous ones stay in use. Raises OSError or ValueError if
    the files cannot be used to begin with.
    """
    reloader = _Reloader(files)
    return grpc.dynamic_ssl_server_credentials(
        reloader.first,
        reloader.reload,  # type: ignore[arg-type]  # the stubs lack None, for no change
        require_client_authentication=True,
    )


def read_certificate_identity(certificate: Path) -> Caller:
    """Return the identity in a PEM certificate file.

    Raises OSError, or ValueError unless the certificate names exactly one identity of this system.
    """
    leaf = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        (uri,) = names.get_values_for_type(x509.UniformResourceIdentifier)
        return parse_identity(uri)
    except (x509.ExtensionNotFound, ValueError, NoIdentity) as error:
        raise ValueError(f"{certificate} does not name exactly one identity: {error}") from None


class _Reloader:
    """Reads the files again before each TLS handshake; called by gRPC from threads of its own."""

    def __init__(self, files: TlsFiles) -> None:
        self._files = files
        self._lock = threading.Lock()
        self._last_read = self._read()
        self.first = _configuration(*self._last_read)

    def reload(self) -> grpc.ServerCertificateConfiguration | None:
        """Return the new configuration if the files changed and are valid, else None."""
        with self._lock:
            try:
                content = self._read()
                if content == self._last_read:
                    return None
                self._last_read = content
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
