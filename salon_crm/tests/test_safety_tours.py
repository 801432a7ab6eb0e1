from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon

from .common import SalonCommon
from .health import HealthKeys

# A finger draws, and the form is sent.
DRAW = """
(async () => {
    const canvas = document.querySelector("canvas.signature");
    canvas.scrollIntoView();
    const box = canvas.getBoundingClientRect();
    const touch = (type, x, y) => canvas.dispatchEvent(new PointerEvent(type, {
        pointerId: 1, isPrimary: true, bubbles: true, clientX: box.left + x, clientY: box.top + y }));
    canvas.setPointerCapture = () => {};
    canvas.hasPointerCapture = () => true;
    touch("pointerdown", 20, 60);
    for (let x = 20; x < 200; x += 5) {
        touch("pointermove", x, 60 + 30 * Math.sin(x / 15));
    }
    document.querySelector("[name=agree]").click();
    const form = document.querySelector("form.sign");
    form.addEventListener("submit", async (event) => {
        event.preventDefault();  // the same, without leaving the page
        const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
        const text = await answer.text();
        if (text.includes("All is signed")) {
            console.log("test successful");
        } else {
            console.error(text);
        }
    });
    form.querySelector("button[type=submit]").click();
})();
"""


@tagged("post_install", "-at_install")
class TestSafetyTours(HealthKeys, SalonCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.line = self.env["salon.product.line"].create({"name": "Tour Colours"})
        self.colour.salon_patch_test_line_ids = self.line
        self.booking = self._book((self.colour, self.anna))
        self.file = self.client.salon_file_ids

    def test_a_manager_names_what_a_service_needs(self):
        self.colour.salon_patch_test_line_ids = False
        path = f"/odoo/action-salon_crm.salon_service_action/{self.colour.product_tmpl_id.id}"
        self.start_tour(path, "salon_manager_names_patch_test", login=self.manager.login)
        self.assertEqual(self.colour.salon_patch_test_line_ids, self.line)

    def test_a_stylist_notes_a_patch_test_and_what_came_of_it(self):
        self.start_tour(
            f"/odoo/salon-clients/{self.file.id}", "salon_stylist_notes_patch_test", login=self.stylist_user.login
        )
        test = self.file.patch_test_ids
        self.assertEqual((test.product_line_id, test.result, test.create_uid), (self.line, "clear", self.stylist_user))

    def test_a_stylist_notes_a_reaction_and_the_front_desk_does_not_see_it(self):
        self.env["salon.patch.test"].create({"file_id": self.file.id, "product_line_id": self.line.id})
        path = f"/odoo/salon-clients/{self.file.id}"
        self.start_tour(path, "salon_stylist_notes_reaction", login=self.stylist_user.login)
        self.assertEqual(self.file.patch_test_ids.result, "reaction")
        (note,) = self.file.with_user(self.manager).reveal_health("review")
        self.assertIn("Tour redness", note["text"])
        self.start_tour(path, "salon_desk_sees_blocked_line", login=self.reception.login)

    def test_the_front_desk_sees_who_needs_one(self):
        self.start_tour(
            "/odoo/salon-patch-tests-needed", "salon_desk_sees_who_needs_a_test", login=self.reception.login
        )

    def _make_form(self):
        self.colour.salon_patch_test_line_ids = False
        form = self.env["salon.consent.form"].create(
            {"name": "Tour Form", "kind": "colour", "text": "<p>Colour can irritate.</p>"}
        )
        self.colour.salon_consent_form_ids = form
        return form

    def test_a_manager_writes_a_form(self):
        self.start_tour("/odoo/salon-consent-forms", "salon_manager_writes_form", login=self.manager.login)
        form = self.env["salon.consent.form"].search([("name", "=", "Tour Form")])
        self.assertEqual((form.kind, form.version), ("photos", 1))
        self.assertIn("Tour words", form.text)

    def test_the_client_signs_on_the_salons_tablet(self):
        form = self._make_form()
        asked = self.env["salon.consent.request"]._ask(self.client, form, self.env.company, "tablet")
        self.browser_js(
            asked._path(),
            DRAW,
            ready="document.readyState === 'complete' && !!document.querySelector('.script canvas')",
            login=None,
        )
        consent = self.file.consent_ids
        self.assertEqual((consent.signed_name, consent.form_id), ("Clara Client", form))
        self.assertGreater(len(consent.signature), 1000)
        self.start_tour("/odoo/salon-consents", "salon_desk_withdraws_consent", login=self.reception.login)
        self.assertEqual(self.file.consent_ids.mapped("action"), ["withdrawn", "signed"])

    def test_the_front_desk_asks_for_a_consent(self):
        self._make_form()
        self.client.email = "clara@example.com"
        path = f"/odoo/action-salon_crm.salon_booking_action/{self.booking.id}"
        self.start_tour(path, "salon_desk_asks_for_consent", login=self.reception.login)
        asked = self.env["salon.consent.request"].search([("file_id", "=", self.file.id)])
        self.assertEqual(asked.sent_to, "clara@example.com")


@tagged("post_install", "-at_install")
class TestSafetyTillTour(HealthKeys, SalonCommon, TestPointOfSaleHttpCommon):
    def test_the_till_sells_nobody_what_they_may_not_have(self):
        self.main_pos_config.write({"limit_categories": False, "iface_available_categ_ids": False})
        line = self.env["salon.product.line"].create({"name": "Tour Colours"})
        self.colour.salon_patch_test_line_ids = line
        self.client._make_salon_clients()
        self.main_pos_config.with_user(self.pos_user).open_ui()
        self.start_pos_tour("salon_till_refuses_service", login=self.pos_user.login)
        visits = self.env["salon.visit"].search([("partner_id", "=", self.client.id)])
        self.assertEqual(visits.line_ids.product_id, self.cut)
        self.assertLess(fields.Datetime.now() - visits.date, timedelta(hours=1))
