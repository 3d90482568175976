"""Mail: against a real SMTP server, with retries, leases and refusals."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

from node.core import mail
from node.core.config import ProcessSettings
from node.core.errors import Invalid
from node.core.mail import MailSender, recent_mails
from node.core.node import Node
from node.core.unit import Unit
from tests.fixtures.nodes import TestClock

LEILA = "leila@castanet.example"


class PostOffice:
    """Takes mail, or answers what it was told to."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.refused: dict[str, str] = {}
        self.took_one = threading.Event()

    async def handle_RCPT(  # noqa: N802  # aiosmtpd calls it so
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802  # as above
        [recipient] = envelope.rcpt_tos
        if recipient in self.answers:
            return self.answers[recipient]
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        self.took_one.set()
        return "250 OK"


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


def log_in(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"ygor", b"secret"))


@pytest.fixture
def smtp(office: PostOffice, unused_tcp_port_factory: Callable[[], int]) -> Iterator[Controller]:
    controller = Controller(
        office,
        hostname="127.0.0.1",
        port=unused_tcp_port_factory(),
        authenticator=log_in,
        auth_require_tls=False,
    )
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture
def sending(smtp: Controller) -> ProcessSettings:
    return ProcessSettings(
        smtp_host="127.0.0.1", smtp_port=smtp.port, smtp_security="none", mail_from="ygor@castanet.example"
    )


def queue(unit: Unit, to: str = LEILA, subject: str = "Été à la piscine", body: str = "Bonjour Leïla.\n.\n") -> None:
    mail.queue(unit, to, subject, body)


async def states(node: Node) -> list[tuple[str, int]]:
    return [(m.state, m.attempts) for m in await node.read(recent_mails)]


async def test_a_mail_arrives_whole_with_its_headers(
    node: Node, office: PostOffice, sending: ProcessSettings, clock: TestClock
) -> None:
    await node.write(queue)
    [row] = await node.read(recent_mails)
    assert await MailSender(sending, [node]).deliver(node) is None
    [message] = office.messages
    assert message["To"] == LEILA
    assert message["From"] == "Castanet-Tolosan <ygor@castanet.example>"
    assert message["Subject"] == "Été à la piscine"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == f"<{row.id.lower()}@castanet-tolosan.localhost>"
    assert message["Date"].datetime == clock.now
    assert message.get_content_type() == "text/plain"
    assert message.get_content().replace("\r\n", "\n") == "Bonjour Leïla.\n.\n"
    [sent] = await node.read(recent_mails)
    assert (sent.state, sent.body) == ("sent", ""), "a sent body may hold a link that opens an account"


@pytest.mark.parametrize(
    ("to", "subject"),
    [
        ("a@b.fr\nBcc: all@b.fr", "x"),
        ("a@b.fr", "x\r\nBcc: all@b.fr"),
        ("a@b.fr", "x\u2028Bcc: y"),
        ("a@b.fr, c@d.fr", "x"),
        ("A <a@b.fr>", "x"),
        ("é@b.fr", "x"),
        ("a", "x"),
        ("a" * 250 + "@b.fr", "x"),
    ],
)
def test_what_would_make_other_headers_is_refused(unit: Unit, to: str, subject: str) -> None:
    with pytest.raises(Invalid, match="mail-header"):
        mail.queue(unit, to, subject, "body")
    assert recent_mails(unit) == ()


async def test_one_recipient_refused_does_not_stop_the_others(
    node: Node, office: PostOffice, sending: ProcessSettings, clock: TestClock
) -> None:
    office.refused["gone@x.example"] = "550 no such user"
    office.refused["busy@x.example"] = "450 try later"
    office.answers["full@x.example"] = "552 too big"
    for to in ("gone@x.example", "busy@x.example", "full@x.example", LEILA):
        await node.write(queue, to)
    upcoming = await MailSender(sending, [node]).deliver(node)
    assert upcoming == clock.now + timedelta(seconds=60)
    found = {m.recipient: (m.state, m.attempts) for m in await node.read(recent_mails)}
    assert found == {
        "gone@x.example": ("failed", 1),
        "busy@x.example": ("waiting", 1),
        "full@x.example": ("failed", 1),
        LEILA: ("sent", 1),
    }
    office.refused.clear()
    await MailSender(sending, [node]).deliver(node)
    assert len(office.messages) == 1, "not before its time"
    clock.forward(seconds=60)
    await MailSender(sending, [node]).deliver(node)
    assert [m["To"] for m in office.messages] == [LEILA, "busy@x.example"]


async def test_a_server_that_is_away_is_tried_for_a_day(node: Node, clock: TestClock, unused_tcp_port: int) -> None:
    settings = ProcessSettings(smtp_host="127.0.0.1", smtp_port=unused_tcp_port, smtp_security="none")
    sender = MailSender(settings, [node])
    await node.write(queue)
    start, tries = clock.now, []
    for _ in range(40):
        upcoming = await sender.deliver(node)
        tries.append(clock.now - start)
        if upcoming is None:
            break
        assert upcoming > clock.now
        clock.now = upcoming
    assert len(tries) < 12
    assert timedelta(hours=16) < tries[-1] <= timedelta(days=1)
    assert (await states(node))[0][0] == "failed"


async def test_what_is_claimed_is_not_claimed_again_until_the_lease_is_over(node: Node, clock: TestClock) -> None:
    await node.write(queue)
    first, second = await asyncio.gather(node.write(mail.claim), node.write(mail.claim))
    assert sorted((len(first), len(second))) == [0, 1]
    clock.forward(minutes=5)
    [again] = await node.write(mail.claim)
    assert again.attempts == 2


async def test_two_senders_send_each_mail_once(node: Node, office: PostOffice, sending: ProcessSettings) -> None:
    for number in range(30):
        await node.write(queue, f"p{number}@x.example")
    await asyncio.gather(*(MailSender(sending, [node]).deliver(node) for _ in range(3)))
    assert sorted(m["To"] for m in office.messages) == sorted(f"p{n}@x.example" for n in range(30))
    assert {state for state, _ in await states(node)} == {"sent"}


async def test_signing_in_to_the_mail_server(node: Node, office: PostOffice, sending: ProcessSettings) -> None:
    await node.write(queue)
    wrong = sending.model_copy(update={"smtp_user": "ygor", "smtp_password": "wrong"})
    await MailSender(wrong, [node], timeout_s=2).deliver(node)
    assert await states(node) == [("waiting", 1)], "our own mistake is no reason to give a mail up"
    await node.write(_due_now)
    right = sending.model_copy(update={"smtp_user": "ygor", "smtp_password": "secret"})
    await MailSender(right, [node]).deliver(node)
    assert len(office.messages) == 1


async def test_without_tls_a_server_that_must_have_it_gets_nothing(
    node: Node, office: PostOffice, sending: ProcessSettings
) -> None:
    await node.write(queue)
    await MailSender(sending.model_copy(update={"smtp_security": "starttls"}), [node]).deliver(node)
    assert office.messages == []
    assert await states(node) == [("waiting", 1)]


async def test_without_a_mail_server_mail_is_kept_for_the_demo(node: Node) -> None:
    await node.write(queue)
    await MailSender(ProcessSettings(), [node]).deliver(node)
    [kept] = await node.read(recent_mails)
    assert (kept.state, kept.body) == ("kept", "Bonjour Leïla.\n.\n")


async def test_the_worker_wakes_when_a_mail_is_committed(
    node: Node, office: PostOffice, sending: ProcessSettings
) -> None:
    async with MailSender(sending, [node]):
        await node.write(queue)
        async with asyncio.timeout(10):
            await asyncio.to_thread(office.took_one.wait)
    assert len(office.messages) == 1
    assert await states(node) == [("sent", 1)], "the worker finishes what it began before it stops"


async def test_a_mail_of_a_unit_that_failed_never_was(node: Node) -> None:
    def fail(unit: Unit) -> None:
        queue(unit)
        raise Invalid("core.stale")

    with pytest.raises(Invalid):
        await node.write(fail)
    assert await node.read(recent_mails) == ()


async def test_old_mail_is_forgotten_but_never_what_waits(node: Node, clock: TestClock) -> None:
    await node.write(queue)
    await node.write(mail.keep)
    await node.write(queue, "second@x.example")
    clock.forward(days=8)
    await node.write(mail.forget_old)
    assert [m.recipient for m in await node.read(recent_mails)] == ["second@x.example"]


def _due_now(unit: Unit) -> None:
    for found in recent_mails(unit):
        row = unit.session.get(mail.MailMessage, found.id)
        assert row is not None
        row.next_attempt_at = unit.now
