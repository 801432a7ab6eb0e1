from odoo import api, fields, models


class SalonClientFile(models.Model):
    _name = "salon.client.file"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Client File"
    _order = "partner_id"

    partner_id = fields.Many2one("res.partner", string="Client", required=True, ondelete="restrict", index=True)
    active = fields.Boolean(related="partner_id.active")
    phone = fields.Char(related="partner_id.phone", readonly=False)
    email = fields.Char(related="partner_id.email", readonly=False)
    birthdate_date = fields.Date(related="partner_id.birthdate_date", readonly=False)
    gender = fields.Selection(related="partner_id.gender", readonly=False)
    remind_day_before = fields.Boolean(related="partner_id.salon_remind_day_before", readonly=False)
    avatar_128 = fields.Image(related="partner_id.avatar_128")
    keeper_id = fields.Many2one(
        "hr.employee",
        domain="[('is_salon_stylist', '=', True)]",
        help="The stylist who looks after this client and keeps the file.",
    )
    alert = fields.Char(help="What to avoid, in a few words; everyone in the salon sees it. Not why: that is private.")
    preferences = fields.Text(help="Style, colour, products, talk or quiet, drinks.")
    visit_count = fields.Integer(string="Visits", compute="_compute_visits")
    first_visit = fields.Datetime(compute="_compute_visits")
    last_visit = fields.Datetime(compute="_compute_visits")
    next_booking = fields.Datetime(compute="_compute_next_booking")
    no_show_count = fields.Integer(related="partner_id.salon_no_show_count")
    no_show_rate = fields.Float(related="partner_id.salon_no_show_rate")
    late_cancel_count = fields.Integer(related="partner_id.salon_late_cancel_count")

    _partner_uniq = models.Constraint("UNIQUE (partner_id)", "This client has a file already. Open that one.")

    @api.depends("partner_id")
    def _compute_display_name(self):
        for file in self:
            file.display_name = file.partner_id.display_name

    def _search_display_name(self, operator, value):
        return [("partner_id", operator, value)]

    @api.depends("partner_id.salon_visit_ids.state", "partner_id.salon_visit_ids.date")
    def _compute_visits(self):
        """Count done visits that this user's rights let them count, never typed in by hand."""
        groups = self.env["salon.visit"]._read_group(
            [("partner_id", "in", self.partner_id.ids), ("state", "=", "done")],
            ["partner_id"],
            ["__count", "date:min", "date:max"],
        )
        figures = {partner.id: figure for partner, *figure in groups}
        for file in self:
            file.visit_count, file.first_visit, file.last_visit = figures.get(file.partner_id.id, (0, False, False))

    def _compute_next_booking(self):
        groups = self.env["calendar.event"]._read_group(
            [
                ("salon_client_id", "in", self.partner_id.ids),
                ("salon_state", "in", ("booked", "confirmed")),
                ("start", ">", fields.Datetime.now()),
            ],
            ["salon_client_id"],
            ["start:min"],
        )
        next_booking = {partner.id: start for partner, start in groups}
        for file in self:
            file.next_booking = next_booking.get(file.partner_id.id, False)

    def action_view_visits(self):
        return self._action_of_client("salon_crm.salon_visit_action", "partner_id", "default_partner_id")

    def action_view_bookings(self):
        return self._action_of_client("salon_crm.salon_booking_action", "salon_client_id", "default_salon_client_id")

    def action_view_lost(self):
        """Show the no-shows and late cancellations of this client."""
        action = self.action_view_bookings()
        return {**action, "domain": self.partner_id._salon_lost_domain(), "views": [(False, "list"), (False, "form")]}

    def _action_of_client(self, xmlid, field, default):
        """Return the action `xmlid` limited to this client, whom new records get."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        action["domain"] = [(field, "=", self.partner_id.id)]
        action["context"] = {default: self.partner_id.id, "default_is_salon_booking": True}
        return action
