from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_date

BATCH = 200  # members


class SalonMembership(models.Model):
    """Points that end soon: shown to staff, and written to the member once."""

    _inherit = "salon.membership"

    points_ending = fields.Integer(
        compute="_compute_points_ending", compute_sudo=True, help="So many points end next, all on one day."
    )
    points_ending_on = fields.Date(string="Next Points End On", compute="_compute_points_ending", compute_sudo=True)
    points_told_until = fields.Date(
        string="Notice Given Until", readonly=True, copy=False, help="The member is told of points ending up to here."
    )

    @api.depends("lot_ids.remaining", "lot_ids.expires_on")
    def _compute_points_ending(self):
        lots = self.env["salon.points.lot"]
        domain = [("membership_id", "in", self.ids), ("remaining", ">", 0), ("expires_on", "!=", False)]
        groups = lots._read_group(domain, ["membership_id", "expires_on:day"], ["remaining:sum"])
        first = {}
        for membership, day, points in groups:
            if fields.Date.to_date(day) < membership.company_id._salon_today():
                continue  # over, and waiting for the nightly clearing
            if membership not in first or day < first[membership][0]:
                first[membership] = (day, points)
        for membership in self:
            day, membership.points_ending = first.get(membership._origin, (False, 0))
            membership.points_ending_on = day

    def _salon_ending(self):
        """Return what the notice says: the points that end within the days of notice, by their last day."""
        self.ensure_one()
        program = self.card_id.program_id
        today = program._salon_today()
        last = today + relativedelta(days=program.salon_notice_days)
        lots = self.lot_ids.filtered(lambda lot: lot.remaining and lot.expires_on and today <= lot.expires_on <= last)
        lang = self.partner_id.lang or self.env.lang
        return [
            {"points": sum(own.mapped("remaining")), "day": format_date(self.env, day, lang_code=lang)}
            for day, own in sorted(lots.grouped("expires_on").items())
        ]

    @api.model
    def _cron_tell_ending_points(self):
        """Write to the members whose points end soon, once for all that end within the days of notice.

        It serves what they have already, and is no marketing: who has an address gets it.
        """
        notices = self.env["salon.points.notice"].sudo()
        programs = self.env["loyalty.program"].sudo()
        for program in programs.search([("is_salon_program", "=", True), ("salon_notice_days", ">", 0)]):
            while notices._letter() and (members := self._find_untold(program)):
                members._note_ending_points(program)
                if not self.env["ir.cron"]._commit_progress(len(members)):
                    return
        notices._cron_tell()

    @api.model
    def _find_untold(self, program, limit=BATCH):
        """Return members with an address some of whose points end soon, and who were not told of those."""
        today = program._salon_today()
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT m.id FROM salon_points_lot l
                  JOIN salon_membership m ON m.id = l.membership_id
                  JOIN res_partner p ON p.id = m.partner_id
                 WHERE l.company_id = %s AND l.remaining > 0 AND l.expires_on BETWEEN %s AND %s
                   AND m.state = 'active' AND p.active AND COALESCE(p.email, '') <> ''
                   AND (m.points_told_until IS NULL OR l.expires_on > m.points_told_until)
                 GROUP BY m.id ORDER BY m.id LIMIT %s
                """,
                program.company_id.id,
                today,
                today + relativedelta(days=program.salon_notice_days),
                limit,
            )
        )
        return self.browse(member_id for (member_id,) in self.env.cr.fetchall())

    def _note_ending_points(self, program):
        """Have these members told of the points that end within the days of notice."""
        until = program._salon_today() + relativedelta(days=program.salon_notice_days)
        self.points_told_until = until
        self.env["salon.points.notice"].sudo().create(
            [{"membership_id": member.id, "company_id": member.company_id.id, "until": until} for member in self]
        )

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "points_ending", "points_ending_on"]
