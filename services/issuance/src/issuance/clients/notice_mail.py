"""Notices by mail: handed to a mail server over SMTP (RFC 5321) with STARTTLS (RFC 3207)."""

import asyncio
import re
import smtplib
import socket
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
    None: those that the system trusts. user: empty to send without a login. timeout: of a whole
    delivery, seconds of real time; less than the lease under which it is made.
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
        delivery = _Delivery()
        try:
            async with asyncio.timeout(self._server.timeout):
                await asyncio.to_thread(self._hand_over, mail, delivery)
        except TimeoutError as error:
            if not delivery.is_taken:
                raise Unreachable("MAIL_SERVER: timed out") from error
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
        finally:
            delivery.end()

    def _hand_over(self, mail: EmailMessage, delivery: "_Delivery") -> None:
        server = self._server
        connection = _Connection(delivery, server.host, server.port, timeout=server.timeout)
        try:
            connection.starttls(context=self._tls)
            if server.user:
                connection.login(server.user, server.password)
            connection.send_message(mail)
            delivery.is_taken = True
            # Whatever is answered to this, the message is taken.
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()
        finally:
            connection.close()


class _Delivery:
    """One delivery, made in a thread, which another may end whatever the server keeps it waiting.

    is_taken: whether the server has taken the message.
    """

    def __init__(self) -> None:
        self.is_taken = False
        self._is_over = False
        self._socket: socket.socket | None = None

    def begin(self, connected: socket.socket) -> None:
        """Go on over this socket; raise TimeoutError if the delivery was ended meanwhile."""
        # TLS takes the socket away from its object: a second one reaches the connection still.
        self._socket = connected.dup()
        if self._is_over:
            self.end()
            raise TimeoutError("timed out")

    def end(self) -> None:
        """Shut the connection, or see to it that none is used."""
        self._is_over = True
        if self._socket is not None:
            with self._socket, suppress(OSError):  # it may be shut already
                self._socket.shutdown(socket.SHUT_RDWR)


class _Connection(smtplib.SMTP):
    def __init__(self, delivery: _Delivery, host: str, port: int, timeout: float) -> None:
        self._delivery = delivery
        super().__init__(host, port, timeout=timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connected = socket.create_connection((host, port), timeout)
        try:
            self._delivery.begin(connected)
        except BaseException:
            connected.close()
            raise
        return connected


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
