import re

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import SalonCommon

REFERENCE = re.compile(r"\brecord\.(\w+)\.")


@tagged("post_install", "-at_install")
class TestCards(SalonCommon):
    """A card of a phone reads only what its view loads, for each role: else the whole page falls over."""

    def _views(self):
        """Return the views that hold what the salon's addons add, each one whole."""
        own = self.env["ir.model.data"].search([("model", "=", "ir.ui.view"), ("module", "=like", "salon\\_%")])
        views = self.env["ir.ui.view"].browse(own.mapped("res_id")).exists()
        while extensions := views.filtered(lambda view: view.mode == "extension"):
            views = (views - extensions) | extensions.inherit_id
        return views.filtered(lambda view: view.type in ("form", "kanban"))

    def test_cards_read_what_their_view_loads(self):
        views = self._views()
        self.assertGreater(len(views), 30)
        cards = 0
        for user in (self.stylist_user, self.reception, self.manager):
            for view in views:
                try:
                    arch = self.env[view.model].with_user(user).get_view(view.id, view.type)["arch"]
                except AccessError:
                    continue
                for kanban in etree.fromstring(arch).iter("kanban"):
                    cards += 1
                    loaded = {node.get("name") for node in kanban.iter("field")}
                    read = {
                        name
                        for node in kanban.iter(etree.Element)
                        for text in (*node.attrib.values(), node.text or "")
                        for name in REFERENCE.findall(text)
                    }
                    self.assertFalse(read - loaded, f"{user.login}: {view.xml_id}")
        self.assertGreater(cards, 60)
