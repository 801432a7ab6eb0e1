from lxml import html

from odoo.tests import HttpCase

from .common import SalonCommon


class PageCase(SalonCommon, HttpCase):
    """Somebody before the salon's public pages, without a script."""

    def setUp(self):
        super().setUp()
        self.salon = self.env.company
        others = self.env["hr.employee"].search([("is_salon_stylist", "=", True)]) - self.anna - self.ben
        others.active = False
        self.env["product.template"].search([("is_salon_service", "=", True)]).salon_online = False
        (self.cut + self.colour).product_tmpl_id.salon_online = True
        self.env["res.company"].search([]).salon_online_booking = False
        self.salon.write({"salon_online_booking": True, "email": "hello@salon.example.com", "phone": "555 0100"})
        self.bookings = self.env["calendar.event"].search_count([("is_salon_booking", "=", True)])

    def _get(self, path, status=200):
        answer = self.url_open(path)
        self.assertEqual(answer.status_code, status, self._text(answer))
        return html.fromstring(answer.content)

    def _send(self, page, form=0, status=200, **values):
        """Send a form of a page as a browser would; return the page that comes."""
        form = page.xpath("//form[@method='post']")[form]
        fields = [(field.name, field.value or "") for field in form.inputs if getattr(field, "name", None)]
        data = [(name, value) for name, value in fields if name not in values]
        answer = self.url_open(form.get("action"), data=[*data, *values.items()])
        self.assertEqual(answer.status_code, status, self._text(answer))
        self.where = answer.url
        return html.fromstring(answer.content)

    @staticmethod
    def _text(answer):
        found = html.fromstring(answer.content).xpath("//main")
        return found[0].text_content() if found else answer.text[:500]

    def _main(self, page):
        return " ".join(page.xpath("//main")[0].text_content().split())

    def _times(self, *services, stylist=None, day=None):
        """Return the page of times."""
        day = (day or self.start).date()
        query = "&".join(f"service={service.id}" for service in services)
        return self._get(f"/salon/book/times?{query}&day={day}" + (f"&stylist={stylist.id}" if stylist else ""))

    def _starts(self, page):
        return page.xpath("//ul[@class='times']//button/@value")

    def _code(self):
        """Return the code that was mailed last."""
        mail = self.env["mail.mail"].sudo().search([("subject", "=like", "______ is your code%")], limit=1)
        return mail.subject[:6]

    def _hold(self, *services, number=0, **options):
        """Choose a time; return the page that asks who it is."""
        page = self._times(*(services or [self.cut]), **options)
        return self._send(page, start=self._starts(page)[number])

    def _new_bookings(self):
        found = self.env["calendar.event"].search([("is_salon_booking", "=", True)], order="id desc")
        return found[: len(found) - self.bookings]

    def _assert_nothing_booked(self):
        self.assertFalse(self._new_bookings())
