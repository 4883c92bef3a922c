"""A mail server of our own: what Odoo sends is kept as files and goes nowhere.

It says yes to everybody and writes each mail as an .eml file, which mail programs open.
"""

import contextlib
import email
import email.policy
import itertools
import re
import socketserver
import threading
from datetime import datetime
from pathlib import Path

from .say import info

PORT_OF_NOBODY = 0  # the system chooses one that is free
ANSWERS = {  # to each command of SMTP; all others are simply welcome
    "DATA": b"354 go on, end with a dot\r\n",
    "QUIT": b"221 bye\r\n",
}
WELCOME = b"250 ok\r\n"


class Mailbox(socketserver.ThreadingTCPServer):
    """Takes mails on a port of this machine into a folder."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, folder):
        super().__init__(("127.0.0.1", PORT_OF_NOBODY), _Talk)
        self.folder = Path(folder)
        self.numbers = itertools.count(1)

    @property
    def port(self):
        return self.server_address[1]

    def keep(self, content):
        """Write a mail into the folder, and say so; returns the file."""
        mail = email.message_from_bytes(content, policy=email.policy.default)
        subject = str(mail["Subject"] or "").strip()
        words = re.sub(r"[^\w-]+", "-", subject).strip("-")[:60]
        moment = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{moment}-{next(self.numbers)}-{words or 'mail'}.eml"
        path.write_bytes(content)
        info(f"mail to {mail['To']}: “{subject}” ({path.name})")
        return path


class _Talk(socketserver.StreamRequestHandler):
    """One connection of a program that sends mail."""

    def handle(self):
        self.wfile.write(b"220 mail of the demo\r\n")
        for line in self.rfile:
            command = line[:4].decode("ascii", "replace").upper().strip()
            self.wfile.write(ANSWERS.get(command, WELCOME))
            if command == "DATA":
                self.server.keep(self._read_mail())
                self.wfile.write(WELCOME)
            elif command == "QUIT":
                return

    def _read_mail(self):
        """Read up to the lone dot; a dot that begins a line was doubled on its way."""
        lines = []
        for line in self.rfile:
            if line.rstrip(b"\r\n") == b".":
                break
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)


@contextlib.contextmanager
def open_mailbox(folder):
    """Take mails for the time of a ``with`` block; gives the ``Mailbox``."""
    with Mailbox(folder) as mailbox:
        threading.Thread(target=mailbox.serve_forever, daemon=True).start()
        try:
            yield mailbox
        finally:
            mailbox.shutdown()
