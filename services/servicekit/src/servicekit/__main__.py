"""Command line: ``servicekit cert`` makes development certificates."""

import argparse
import sys
from pathlib import Path

from servicekit.errors import NoIdentity
from servicekit.security.access_policy import Policy
from servicekit.security.development_certificates import issue_certificate


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; exits with status 2 and a message on stderr when it fails."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        if options.policy is not None and options.role is not None:
            _require_known_role(options.policy, options.role)
        files = issue_certificate(
            options.dir,
            office=options.office,
            service=options.service,
            user=options.user,
            role=options.role,
            country=options.country,
            dns=tuple(options.dns),
        )
    except (ValueError, OSError, NoIdentity) as error:
        parser.error(str(error))
    for file in (files.certificate, files.private_key, files.authority):
        sys.stdout.write(f"{file}\n")


def _require_known_role(policy: Path, role: str) -> None:
    known = {name for name in Policy.load(policy).roles if not name.startswith("service:")}
    if role not in known:
        raise ValueError(
            f"no person has the role {role}; {policy} knows {', '.join(sorted(known))}"
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="servicekit", description="Tools for developing the services."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    cert = commands.add_parser(
        "cert",
        help="make a development certificate",
        description="Make a certificate signed by the development authority in a folder, which is "
        "made on first use. Prints the paths of certificate, private key and authority.",
        epilog="example: servicekit cert --dir build/pki --office BJM --user siti --role examiner",
    )
    cert.add_argument("--dir", type=Path, required=True, help="folder of the authority")
    cert.add_argument("--office", required=True, help="office id, or national for all offices")
    cert.add_argument("--service", help="name of the service that the certificate is for")
    cert.add_argument("--user", help="name of the person that it is for, together with --role")
    cert.add_argument("--role", help="role of that person")
    cert.add_argument(
        "--policy",
        type=Path,
        help="access policy; a role of people that it does not name is refused",
    )
    cert.add_argument("--country", default="id", help="ISO 3166-1 alpha-2 code (default: id)")
    cert.add_argument(
        "--dns", action="append", default=[], help="host name of the service; may be repeated"
    )
    return parser


if __name__ == "__main__":
    main()
