"""A mail server on loopback that takes what it is given, and keeps it."""
import contextlib
import socket
from email import message_from_bytes, policy


class Postbox:
    """Keeps the mails that it is given, and treats them as `mood` says.

    Moods: "open", "busy" (451 for each recipient), "closed" (554 for each content), "deaf" (ends the conversation at
    the sender), "lost" (takes the mail and ends the conversation without a word), and any function of the mail.
    """

    def __init__(self):
        """Begin empty and open."""
        self.mails, self.mood, self.port = [], "open", None
        self.unknown = set()  # addresses that it has not

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802 -- aiosmtpd's
        """Hear who sends."""
        if self.mood == "deaf":
            server.transport.abort()
            return "421 Gone"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        """Hear who is to get it."""
        if self.mood == "busy":
            return "451 Come back later"
        if address in self.unknown:
            return "550 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        """Take a mail, or don't."""
        if self.mood == "closed":
            return "554 Not today"
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.mails.append((envelope.rcpt_tos, mail))
        if self.mood == "lost":
            server.transport.abort()
        if callable(self.mood):
            self.mood(mail)
        return "250 Taken"


@contextlib.contextmanager
def opened():
    """Serve a Postbox; its port is `port`, what came is in `mails`. Its `open()` and `close()` plug it in and out."""
    from aiosmtpd.controller import Controller

    box, running = Postbox(), []
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        box.port = free.getsockname()[1]

    def open_():
        running.append(Controller(box, hostname="127.0.0.1", port=box.port))
        running[-1].start()

    def close():
        while running:
            running.pop().stop()

    box.open, box.close = open_, close
    open_()
    yield box
    close()


def use(env, port):
    """Have Odoo send by the server at `port`, and by no other."""
    env["ir.mail_server"].search([]).active = False
    env["ir.mail_server"].create(
        {"name": "Loopback", "smtp_host": "127.0.0.1", "smtp_port": port, "smtp_encryption": "none"}
    )
