"""What the demo's Odoo sends is kept, and goes nowhere."""

import contextlib
import email
import email.policy
import smtplib
from email.message import EmailMessage

import pytest

from toolchain.mailbox import open_mailbox


def write_mail(subject, text):
    mail = EmailMessage()
    mail["From"], mail["To"] = "rep@example.com", "client@example.com"
    mail["Subject"] = subject
    mail.set_content(text)
    return mail


@contextlib.contextmanager
def connected(folder):
    with open_mailbox(folder) as box, smtplib.SMTP("127.0.0.1", box.port) as smtp:
        yield smtp


def read_all(folder):
    files = sorted(folder.glob("*.eml"))
    parse = email.message_from_bytes
    return [parse(path.read_bytes(), policy=email.policy.default) for path in files]


def test_every_mail_becomes_a_file(tmp_path, capsys):
    with connected(tmp_path / "mail") as smtp:
        smtp.ehlo()
        smtp.send_message(write_mail("报价单 / quotation", "one"))
        smtp.send_message(write_mail("", ".a line that begins with a dot\n.\nend"))
    first, second = read_all(tmp_path / "mail")
    assert first["Subject"] == "报价单 / quotation"
    assert second.get_content().splitlines() == [
        ".a line that begins with a dot",
        ".",
        "end",
    ]
    assert "mail to client@example.com: “报价单 / quotation”" in capsys.readouterr().out


def test_no_name_of_a_file_leads_out_of_the_folder(tmp_path):
    with connected(tmp_path / "mail") as smtp:
        smtp.send_message(write_mail("../../x", "one"))
    [path] = tmp_path.rglob("*.eml")
    assert path.parent == tmp_path / "mail"


def test_it_ends_with_its_block(tmp_path):
    with open_mailbox(tmp_path) as mailbox:
        port = mailbox.port
    with pytest.raises(OSError):
        smtplib.SMTP("127.0.0.1", port, timeout=5)
