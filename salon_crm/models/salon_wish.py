from datetime import datetime, time

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.frame import utc


class SalonWish(models.Model):
    """One service that somebody wants who has no time yet: a walk-in, or a client on the waiting list."""

    _name = "salon.wish"
    _description = "Wished Service"
    _order = "sequence, id"
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    walk_in_id = fields.Many2one("salon.walk.in", string="Walk-in", ondelete="cascade", index="btree_not_null")
    waiting_id = fields.Many2one("salon.waiting", ondelete="cascade", index="btree_not_null")
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    product_id = fields.Many2one(
        "product.product",
        string="Service",
        required=True,
        ondelete="restrict",
        check_company=True,
        domain="[('is_salon_service', '=', True)]",
    )
    stylist_id = fields.Many2one(
        "hr.employee",
        ondelete="set null",
        check_company=True,
        domain="[('is_salon_stylist', '=', True)]",
        help="Whom the client asks for. Empty: whoever is next.",
    )
    gender = fields.Selection(
        [("female", "A Woman"), ("male", "A Man"), ("other", "Other")],
        string="Served By",
        help="Empty: whoever is next.",
    )

    _one_owner = models.Constraint(
        "CHECK (num_nonnulls(walk_in_id, waiting_id) = 1)", "A wish belongs to a walk-in or to the waiting list."
    )

    @api.depends("walk_in_id", "waiting_id")
    def _compute_company_id(self):
        for wish in self:
            wish.company_id = wish._wanted_by().company_id

    def _wanted_by(self):
        """Return the record that this service is wanted for."""
        return self.walk_in_id or self.waiting_id

    @api.constrains("product_id", "stylist_id")
    def _check_service(self):
        for wish in self.sudo():
            service = wish.product_id
            if not service.is_salon_service:
                raise ValidationError(self.env._("%s can't be booked: it is no salon service.", service.display_name))
            if wish.stylist_id:
                wish.stylist_id._check_performs(service)

    @api.constrains("product_id", "walk_in_id", "waiting_id")
    def _check_contraindications(self):
        """Refuse at once what no time will be found for (invariant 4)."""
        for wish in self:
            wanted_by = wish.sudo()._wanted_by()
            company, safety = wanted_by.company_id, self.env["salon.safety"]
            find = safety._finder([(wanted_by.partner_id.id, wish.product_id.id)], company, "book")
            first, last = wish.sudo()._span()
            if (found := find(first)) and find(last):
                raise ValidationError(safety._refusal(found, company)["message"])

    def _span(self):
        """Return the first and the last moment (naive UTC) at which this service is wanted: a walk-in waits here."""
        now = fields.Datetime.now()
        days = (self.waiting_id.date_from, self.waiting_id.date_to)
        if not all(days):
            return now, now
        zone = self.waiting_id.company_id._salon_timezone()
        bounds = zip(days, (time.min, time.max), strict=True)
        return tuple(max(utc(zone, datetime.combine(*bound)).replace(microsecond=0), now) for bound in bounds)

    @api.depends("product_id", "stylist_id", "gender")
    def _compute_display_name(self):
        labels = dict(self._fields["gender"]._description_selection(self.env))
        for wish in self:
            who = wish.stylist_id.name or labels.get(wish.gender)
            wish.display_name = f"{wish.product_id.name} · {who}" if who else wish.product_id.name

    def _prepare_requests(self):
        """Return these wishes as the search for free times takes them, in their order."""
        return [
            {
                "product_id": wish.product_id._origin.id,
                "stylist_id": wish.stylist_id._origin.id or None,
                "gender": wish.gender or None,
            }
            for wish in self.sorted("sequence")
            if wish.product_id
        ]
