"""Notices by mail: handed to a mail server over SMTP (RFC 5321) with STARTTLS (RFC 3207)."""

import asyncio
import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from issuance.domain.notice_delivery import NoticeMessage
from issuance.use_cases.ports import NoticeRefused, Unavailable, Unreachable

_PERMANENT = 500
_ENHANCED_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?!\S)", re.ASCII)


@dataclass(frozen=True, slots=True)
class MailServer:
    """The mail server that takes notices.

    sender: address from which they come. authority: PEM file with the authority of its certificate;
    None: those that the system trusts. user: empty to send without a login. timeout: of each step,
    seconds of real time.
    """

    host: str
    port: int
    sender: str
    authority: Path | None = None
    user: str = ""
    password: str = ""
    timeout: float = 20.0


class NoticeMail:
    """Implements `ports.NoticeSender`.

    The Message-ID is made from that of the notice: a message that is sent again, because the
    process ended before it recorded the server's answer, has the same one.
    """

    def __init__(self, server: MailServer) -> None:
        self._server = server
        authority = str(server.authority) if server.authority else None
        self._tls = ssl.create_default_context(cafile=authority)

    async def send(self, message: NoticeMessage) -> None:
        """Hand the message to the server, and return once it has taken it."""
        mail = _mail(message, self._server.sender)
        try:
            await asyncio.to_thread(self._hand_over, mail)
        except smtplib.SMTPRecipientsRefused as error:
            ((code, answer),) = error.recipients.values()
            raise _failure(code, answer) from error
        except smtplib.SMTPDataError as error:
            raise _failure(error.smtp_code, error.smtp_error) from error
        except (
            smtplib.SMTPResponseException
        ) as error:  # of connection, login or sender: of all mail
            problem = _codes(error.smtp_code, error.smtp_error)
            raise Unavailable(f"MAIL_SERVER: {problem}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(f"MAIL_SERVER: {error}") from error

    def _hand_over(self, mail: EmailMessage) -> None:
        server = self._server
        connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
        try:
            connection.starttls(context=self._tls)
            if server.user:
                connection.login(server.user, server.password)
            connection.send_message(mail)
            # Whatever is answered to this, the message is taken.
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()
        finally:
            connection.close()


def _mail(message: NoticeMessage, sender: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = message.contact.email
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody answers it automatically
    mail.set_content(f"{message.text}\n", cte="quoted-printable")
    mail["Content-Language"] = message.language  # after the content, which replaces such headers
    return mail


def _failure(code: int, answer: bytes | str) -> Exception:
    """Return what an answer about this message means: 5xx is for good."""
    problem = _codes(code, answer)
    return NoticeRefused(problem) if code >= _PERMANENT else Unavailable(f"MAIL_SERVER: {problem}")


def _codes(code: int, answer: bytes | str) -> str:
    """Return the code of an answer and its enhanced status (RFC 3463), if it has one.

    The words of an answer often quote the address, which is to be in no log and no other row.
    """
    words = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    status = _ENHANCED_STATUS.match(words)
    return f"{code} {status[0]}" if status else str(code)
