"""What clients are told really leaves: Odoo's own queue, and a mail server on loopback that takes it."""
import socket
from datetime import datetime
from email import message_from_bytes, policy

import pytest


class Postbox:
    """Keeps what it is given."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 -- the name that aiosmtpd calls
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 Taken"


@pytest.fixture
def postbox():
    """A mail server on loopback; its port is `port`, and what came is in `mails`."""
    from aiosmtpd.controller import Controller

    box = Postbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        box.port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


def _environment(cr):
    import odoo

    return odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})


def _set_up(env, port):
    """Return a booking of Clara with Anna, in a salon that writes by the mail server at `port`."""
    env["ir.mail_server"].search([]).active = False
    env["ir.mail_server"].create(
        {"name": "Loopback", "smtp_host": "127.0.0.1", "smtp_port": port, "smtp_encryption": "none"}
    )
    env.company.email = "hello@salon.example.com"
    service = env["product.product"].create(
        {"name": "Cut", "type": "service", "is_salon_service": True, "salon_active_minutes": 30}
    )
    anna, _ben = env["hr.employee"].create(
        [{"name": name, "is_salon_stylist": True, "resource_calendar_id": False} for name in ("Anna", "Ben")]
    )
    client = env["res.partner"].create({"name": "Clara", "email": "clara@example.com"})
    line = {"product_id": service.id, "stylist_id": anna.id}
    return env["calendar.event"].create(
        {
            "is_salon_booking": True,
            "salon_client_id": client.id,
            "start": datetime(2030, 1, 7, 9),
            "salon_line_ids": [(0, 0, line)],
        }
    )


@pytest.mark.template("salon")
def test_who_is_handed_over_gets_a_mail(database, postbox):
    from odoo.modules.registry import Registry

    registry = Registry(database)
    with registry.cursor() as cr:
        env = _environment(cr)
        booking = _set_up(env, postbox.port)
        replan = env["salon.replan"].create(
            {
                "stylist_id": booking.salon_stylist_id.id,
                "start": datetime(2030, 1, 7, 8),
                "stop": datetime(2030, 1, 7, 18),
            }
        )
        replan.action_search()
        replan.action_apply()
        # Nothing leaves before the booking is saved.
        assert not postbox.mails
    with registry.cursor() as cr:
        env = _environment(cr)
        queue = env.ref("mail.ir_cron_mail_scheduler_action")
        assert env["ir.cron.trigger"].search_count([("cron_id", "=", queue.id)])
        env["mail.mail"].process_email_queue()
    (recipients, mail), = postbox.mails
    assert recipients == ["clara@example.com"]
    assert "hello@salon.example.com" in mail["From"]
    text = mail.get_body(("html",)).get_content()
    assert "Ben" in text
    assert "Cut" in text
    assert "January 7, 2030" in text
