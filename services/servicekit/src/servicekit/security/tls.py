"""How is mutual TLS set up? From PEM files; a server reloads them when they change."""

from dataclasses import dataclass
from pathlib import Path

import grpc
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from servicekit.errors import NoIdentity
from servicekit.security.identity import Caller, parse_identity
from servicekit.security.reloaded_files import ReloadedFiles


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """The PEM files of one client or server.

    certificate: its chain. private_key: of the certificate. authority: the certificate authorities
    that the other side's certificate must be signed by.
    """

    certificate: Path
    private_key: Path
    authority: Path

    @property
    def paths(self) -> tuple[Path, Path, Path]:
        """Private key, certificate and authority."""
        return self.private_key, self.certificate, self.authority

    def channel_credentials(self) -> grpc.ChannelCredentials:
        """Return the credentials of a client.

        Raises OSError when a file cannot be read, ValueError when they do not match.
        """
        private_key, certificate, authority = _read(*self.paths)
        return grpc.ssl_channel_credentials(authority, private_key, certificate)


def server_credentials(files: TlsFiles) -> grpc.ServerCredentials:
    """Return server credentials that require a client certificate and follow changes of the files.

    Changed files apply to new connections; open ones continue. If changed files do not match each
    other, a warning is logged and the previous ones stay in use. Raises OSError or ValueError if
    the files cannot be used to begin with.
    """
    configuration = ReloadedFiles(_configuration, *files.paths)
    in_use = configuration.current()

    def changed() -> grpc.ServerCertificateConfiguration | None:
        nonlocal in_use
        previous, in_use = in_use, configuration.current()
        return None if in_use is previous else in_use

    return grpc.dynamic_ssl_server_credentials(
        in_use,
        changed,  # type: ignore[arg-type]  # the stubs lack None, for no change
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


def _configuration(
    private_key: Path, certificate: Path, authority: Path
) -> grpc.ServerCertificateConfiguration:
    key_pem, certificate_pem, authority_pem = _read(private_key, certificate, authority)
    return grpc.ssl_server_certificate_configuration([(key_pem, certificate_pem)], authority_pem)


def _read(private_key: Path, certificate: Path, authority: Path) -> tuple[bytes, bytes, bytes]:
    """Return the files' contents; raises OSError, or ValueError if they do not match."""
    content = private_key.read_bytes(), certificate.read_bytes(), authority.read_bytes()
    key = load_pem_private_key(content[0], password=None)
    leaf = x509.load_pem_x509_certificates(content[1])[0]
    if key.public_key() != leaf.public_key():
        raise ValueError("the private key does not belong to the certificate")
    x509.load_pem_x509_certificates(content[2])
    return content
