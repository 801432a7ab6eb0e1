from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    is_salon_stylist = fields.Boolean(string="Serves Clients", help="Can be booked by clients of the salon.")
    salon_level_id = fields.Many2one("salon.stylist.level", string="Stylist Level", ondelete="set null")
    salon_online = fields.Boolean(
        string="Offered Online", default=True, help="Clients who book by themselves can choose this stylist."
    )
    salon_roster_only = fields.Boolean(
        string="Works by Roster Only", help="Works when the roster has a shift, and never without one."
    )
    salon_sequence = fields.Integer(
        string="Turn", default=10, help="Place in the order of turns at the start of a day."
    )
    salon_service_ids = fields.Many2many(
        "product.template",
        "salon_stylist_service_rel",
        "employee_id",
        "product_tmpl_id",
        string="Services",
        domain="[('is_salon_service', '=', True)]",
        help="Services that name this stylist. Services that name nobody can be done by everyone.",
    )

    def _can_perform(self, product):
        """Tell whether this employee serves clients, with this service too."""
        self.ensure_one()
        named = product.sudo().salon_stylist_ids.ids
        return self.active and self.is_salon_stylist and (not named or self.id in named)

    def _check_performs(self, product):
        """Refuse a service that names others.

        :raise ValidationError: it names who can do it
        """
        named = product.sudo().salon_stylist_ids
        if named and self.id not in named.ids:
            raise ValidationError(
                self.env._(
                    "%(stylist)s does not perform %(service)s. Choose one of: %(others)s.",
                    stylist=self.name,
                    service=product.name,
                    others=", ".join(named.mapped("name")),
                )
            )

    def _salon_block_resource_ids(self):
        """Return {employee id: id of the resource that a booking takes}.

        Who works for two companies has an employee and a resource in each, yet is one person: all
        employees of one user share the lowest of their resources (invariant 1).
        """
        if not self:
            return {}
        self.flush_model(["user_id", "resource_id"])
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT e.id, COALESCE(MIN(twin.resource_id), e.resource_id)
                      FROM hr_employee e
                 LEFT JOIN hr_employee twin ON twin.user_id = e.user_id
                     WHERE e.id IN %s
                  GROUP BY e.id
                    """,
                    tuple(self.ids),
                )
            )
        )

    def _salon_twins(self):
        """Return these employees and every other employee of the same persons, in all companies."""
        twins = self.sudo().with_context(active_test=False)
        if users := twins.user_id:
            twins |= twins.search([("user_id", "in", users.ids)])
        return twins

    @api.model_create_multi
    def create(self, vals_list):
        employees = super().create(vals_list)
        if employees.sudo().user_id:
            employees._salon_twins()._salon_resync_blocks()
        return employees

    def write(self, vals):
        if {"is_salon_stylist", "salon_roster_only"} & vals.keys():
            self.env["salon.freed.time"]._watch_hours()
        if vals.get("active") is False:
            self.env["salon.booking.line"]._check_no_coming("stylist_id", self)
        if "user_id" not in vals and "resource_id" not in vals:
            return super().write(vals)
        before = self._salon_twins()
        result = super().write(vals)
        (before | self._salon_twins())._salon_resync_blocks()
        return result

    def _salon_resync_blocks(self):
        """Have the coming bookings block the person that these employees are now."""
        coming = [("stylist_id", "in", self.ids), ("stop", ">", fields.Datetime.now())]
        # One after the other, so that a clash between two of them is named as any other.
        for booking in self.env["salon.booking.line"].sudo().search(coming).event_id:
            booking._salon_lines_changed(fit=False)

    def _salon_contact_ids(self):
        """Return {employee id: id of the partner by whom the calendar shows this stylist's events}."""
        if not self:
            return {}
        self.flush_model(["user_id", "work_contact_id"])
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT e.id, COALESCE(u.partner_id, e.work_contact_id)
                      FROM hr_employee e
                 LEFT JOIN res_users u ON u.id = e.user_id
                     WHERE e.id IN %s
                    """,
                    tuple(self.ids),
                )
            )
        )
