from odoo import api, fields, models
from odoo.tools import SQL

TIMES = 3  # as many clients as this many times the median of their role is unusual
LEAST = 5  # less than that is never


class SalonAccessReview(models.Model):
    """Who looked at health information in the last twelve months: of how many clients, how often, and whether that is
    unusual.

    Unusual is who looked at more than three times as many clients as the median of their role (at least five of them),
    and a stylist who looked at clients whom they neither served, nor were booked for, nor keep the file of.
    """

    _name = "salon.access.review"
    _description = "Review of Access to Health Data"
    _auto = False
    _order = "unusual desc, clients desc, id"
    _rec_name = "user_name"
    _depends = {
        "salon.access.log": ["created_by", "created_at", "operation", "file_id", "user_name", "records"],
        "salon.client.file": ["partner_id", "keeper_id"],
    }

    created_by = fields.Integer(string="User ID", readonly=True, aggregator=False)
    user_id = fields.Many2one("res.users", readonly=True, help="Empty: was deleted since.")
    user_name = fields.Char(string="Who", readonly=True)
    role = fields.Selection(
        [("manager", "Manager"), ("stylist", "Stylist"), ("other", "No role any more")], readonly=True
    )
    looks = fields.Integer(readonly=True, help="How often they read, exported or printed health information.")
    clients = fields.Integer(readonly=True, help="Of how many clients.")
    exports = fields.Integer(string="Exported or Printed", readonly=True)
    never_served = fields.Integer(
        string="Clients Not Served",
        readonly=True,
        help="Clients whom they neither served, nor were booked for, nor keep the file of.",
    )
    median = fields.Float(
        string="Median of the Role", readonly=True, aggregator="avg", digits=(16, 1), help="Of the number of clients."
    )
    last_at = fields.Datetime(string="Last Time", readonly=True)
    unusual = fields.Boolean(
        readonly=True,
        help="More than three times as many clients as the median of the role (at least five), or a stylist who looked"
        " at clients whom they never served.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            WITH RECURSIVE implied AS (
                SELECT data.res_id AS gid, data.name AS role FROM ir_model_data data
                 WHERE data.module = 'salon_crm' AND data.name IN ('group_salon_manager', 'group_salon_stylist')
                 UNION
                SELECT rel.gid, implied.role FROM res_groups_implied_rel rel JOIN implied ON implied.gid = rel.hid
            ), looked AS (
                SELECT * FROM salon_access_log
                 WHERE operation IN ('read', 'export', 'print')
                   AND created_at > timezone('UTC', now()) - interval '12 months'
            ), pairs AS (
                SELECT looked.created_by, looked.file_id FROM looked GROUP BY 1, 2
            ), strangers AS (
                SELECT pairs.created_by, COUNT(*) AS never_served
                  FROM pairs JOIN salon_client_file file ON file.id = pairs.file_id
                 WHERE NOT EXISTS (
                           SELECT FROM hr_employee keeper
                            WHERE keeper.id = file.keeper_id AND keeper.user_id = pairs.created_by)
                   AND NOT EXISTS (
                           SELECT FROM salon_visit visit
                             JOIN salon_visit_line line ON line.visit_id = visit.id
                             JOIN salon_visit_performer performer ON performer.line_id = line.id
                             JOIN hr_employee one ON one.id = performer.employee_id
                            WHERE visit.partner_id = file.partner_id AND one.user_id = pairs.created_by)
                   AND NOT EXISTS (
                           SELECT FROM calendar_event booking
                             JOIN salon_booking_line line ON line.event_id = booking.id
                             JOIN hr_employee one ON one.id = line.stylist_id
                            WHERE booking.salon_client_id = file.partner_id AND one.user_id = pairs.created_by)
                 GROUP BY 1
            ), per_user AS (
                SELECT looked.created_by,
                       (ARRAY_AGG(looked.user_name ORDER BY looked.id DESC))[1] AS user_name,
                       COUNT(*) AS looks,
                       COUNT(DISTINCT looked.file_id) AS clients,
                       COUNT(*) FILTER (WHERE looked.operation <> 'read') AS exports,
                       MAX(looked.created_at) AS last_at
                  FROM looked GROUP BY 1
            ), with_role AS (
                SELECT per_user.*, COALESCE(strangers.never_served, 0) AS never_served, users.id AS user_id,
                       CASE WHEN EXISTS (SELECT FROM res_groups_users_rel rel JOIN implied ON implied.gid = rel.gid
                                          WHERE rel.uid = users.id AND implied.role = 'group_salon_manager')
                            THEN 'manager'
                            WHEN EXISTS (SELECT FROM res_groups_users_rel rel JOIN implied ON implied.gid = rel.gid
                                          WHERE rel.uid = users.id AND implied.role = 'group_salon_stylist')
                            THEN 'stylist' ELSE 'other' END AS role
                  FROM per_user
                  LEFT JOIN strangers ON strangers.created_by = per_user.created_by
                  LEFT JOIN res_users users ON users.id = per_user.created_by
            ), medians AS (
                SELECT role, PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY clients) AS median
                  FROM with_role GROUP BY role
            )
            SELECT one.created_by AS id, one.created_by, one.user_id, one.user_name, one.role, one.looks, one.clients,
                   one.exports, one.never_served, medians.median, one.last_at,
                   one.clients >= %(least)s AND one.clients > %(times)s * medians.median
                   OR one.role = 'stylist' AND one.never_served > 0 AS unusual
              FROM with_role one JOIN medians ON medians.role = one.role
            """,
            least=LEAST,
            times=TIMES,
        )

    def action_view_log(self):
        """Show what this user looked at."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_access_log_action")
        return {
            **action,
            "domain": [("created_by", "=", self.created_by), ("created_at", ">=", "today -12m")],
            "context": {"search_default_group_by_client": 1},
        }

    @api.model
    def _cron_review(self):
        """Ask each manager once a year to look at who looked; whoever was asked this year is not asked again."""
        year = fields.Date.today().year
        managers = self.env.ref("salon_crm.group_salon_manager").all_user_ids.filtered(
            lambda user: user.active and not user.share and not user._is_superuser() and user.salon_review_year < year
        )
        if not managers or not self.sudo().search_count([], limit=1):
            return
        todo = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        activities = self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True)
        for user in managers:
            text = self.with_context(lang=user.lang).env._
            activities.create(
                {
                    "user_id": user.id,
                    "activity_type_id": todo.id if todo else False,
                    "summary": text("Review who looked at health information"),
                    "note": text(
                        "Salon, Reporting, Review of Access: who looked at the health information of how many clients,"
                        " and who unusually often. Ask them why."
                    ),
                    "automated": True,
                }
            )
        managers.sudo().salon_review_year = year


class ResUsers(models.Model):
    _inherit = "res.users"

    salon_review_year = fields.Integer(
        readonly=True, copy=False, groups=fields.NO_ACCESS, help="For which year this manager was asked to review."
    )
