"""Notices go by mail over STARTTLS to a real server; its answer says whether to try again."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from issuance.clients.notice_mail import MailServer, NoticeMail
from issuance.domain.contact import Contact
from issuance.use_cases.ports import NoticeRefused, Unavailable, Unreachable
from servicekit.security.development_certificates import issue_certificate
from servicekit.security.tls import TlsFiles

from .notices import ready_notice

TEXT = "Paspor Anda sudah siap — dapat diambil mulai Senin, 5 November 2018, pukul 14.00 WITA."
MESSAGE = ready_notice(Contact(email="siti@example.com"), TEXT)


class Mailbox:
    """Takes messages, or gives another answer to a recipient or to the text."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.to_recipient = "250 OK"
        self.to_text = "250 OK"
        self.never_says_goodbye = False

    async def handle_RCPT(
        self, server: object, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: object, session: Session, envelope: Envelope) -> str:
        if self.to_text.startswith("250"):
            assert isinstance(envelope.content, bytes)
            mail = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.taken.append(mail)
        return self.to_text

    async def handle_QUIT(self, server: object, session: Session, envelope: Envelope) -> str:
        if self.never_says_goodbye:
            await asyncio.Event().wait()
        return "221 Bye"


@pytest.fixture
def pki(tmp_path: Path) -> TlsFiles:
    """The certificate of the mail server."""
    return issue_certificate(tmp_path / "pki", office="national", service="mail")


def _authenticate(*arguments: object) -> AuthResult:
    login = arguments[-1]
    assert isinstance(login, LoginPassword)
    return AuthResult(success=login.password == b"secret", handled=False)


@asynccontextmanager
async def _server(
    pki: TlsFiles, *, starttls: bool = True
) -> AsyncIterator[tuple[Mailbox, MailServer]]:
    """Serve a mailbox until the end of the block."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pki.certificate, pki.private_key)
    mailbox = Mailbox()
    listening = await asyncio.get_running_loop().create_server(
        lambda: SMTP(
            mailbox,
            hostname="localhost",
            tls_context=tls if starttls else None,
            require_starttls=starttls,
            authenticator=_authenticate,
        ),
        "127.0.0.1",
        0,
    )
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        authority = Path(pki.authority)
        yield mailbox, MailServer("127.0.0.1", port, "paspor@imigrasi.example", authority)


async def test_the_applicant_gets_the_text_from_the_office(pki: TlsFiles) -> None:
    async with _server(pki) as (mailbox, server):
        await NoticeMail(server).send(MESSAGE)

    (mail,) = mailbox.taken
    assert mail["To"] == "siti@example.com"
    assert mail["From"] == "paspor@imigrasi.example"
    assert mail["Subject"] == "Permohonan paspor a"
    assert mail["Content-Language"] == "id"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().strip() == TEXT


async def test_a_repetition_has_the_same_message_id(pki: TlsFiles) -> None:
    async with _server(pki) as (mailbox, server):
        await NoticeMail(server).send(MESSAGE)
        await NoticeMail(server).send(MESSAGE)
        await NoticeMail(server).send(replace(MESSAGE, id="a-2"))

    assert [mail["Message-ID"] for mail in mailbox.taken] == [
        "<a-1@imigrasi.example>",
        "<a-1@imigrasi.example>",
        "<a-2@imigrasi.example>",
    ]


async def test_what_a_server_has_taken_is_sent_whatever_it_says_then(pki: TlsFiles) -> None:
    async with _server(pki) as (mailbox, server):
        mailbox.never_says_goodbye = True

        await NoticeMail(replace(server, timeout=2.0)).send(MESSAGE)

    assert len(mailbox.taken) == 1


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("450 <siti@example.com> greylisted", "450"),
        ("452 4.2.2 <siti@example.com> mailbox full", "452 4.2.2"),
    ],
)
async def test_an_answer_for_now_is_asked_again(pki: TlsFiles, answer: str, problem: str) -> None:
    async with _server(pki) as (mailbox, server):
        mailbox.to_recipient = answer

        with pytest.raises(Unavailable) as refused:
            await NoticeMail(server).send(MESSAGE)

    assert str(refused.value) == f"MAIL_SERVER: {problem}"


@pytest.mark.parametrize("at", ["to_recipient", "to_text"])
async def test_an_answer_for_good_is_a_refusal(pki: TlsFiles, at: str) -> None:
    async with _server(pki) as (mailbox, server):
        setattr(mailbox, at, "550 5.1.1 <siti@example.com>: no such user")

        with pytest.raises(NoticeRefused) as refused:
            await NoticeMail(server).send(MESSAGE)

    assert str(refused.value) == "550 5.1.1"


async def test_a_login_is_used_and_a_wrong_one_is_not_the_applicants_fault(pki: TlsFiles) -> None:
    async with _server(pki) as (mailbox, server):
        await NoticeMail(replace(server, user="issuance", password="secret")).send(MESSAGE)

        with pytest.raises(Unavailable, match="535"):
            await NoticeMail(replace(server, user="issuance", password="guess")).send(MESSAGE)

    assert len(mailbox.taken) == 1


async def test_nothing_is_sent_in_the_clear(pki: TlsFiles) -> None:
    async with _server(pki, starttls=False) as (mailbox, server):
        with pytest.raises(Unavailable):
            await NoticeMail(server).send(MESSAGE)

    assert mailbox.taken == []


async def test_nothing_is_sent_to_a_server_that_nobody_vouches_for(
    pki: TlsFiles, tmp_path: Path
) -> None:
    other = issue_certificate(tmp_path / "other", office="national", service="mail")
    async with _server(pki) as (mailbox, server):
        with pytest.raises(Unreachable):
            await NoticeMail(replace(server, authority=Path(other.authority))).send(MESSAGE)

    assert mailbox.taken == []


async def test_a_server_that_is_away_is_asked_again(pki: TlsFiles) -> None:
    async with _server(pki) as (_, server):
        pass

    with pytest.raises(Unreachable):
        await NoticeMail(server).send(MESSAGE)
