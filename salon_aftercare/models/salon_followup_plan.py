import ast

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

BY_SERVICE = ("visit_done", "first_visit", "last_visit", "product_sold")


class SalonFollowupPlan(models.Model):
    """A rule that says after what a client is contacted; its steps say when, how and by whom.

    What a plan is about, its occasions, is one query by the database (see `_occasions_sql`): the planner makes
    follow-ups of it, and before each contact it is asked once more whether the occasion still is one.
    """

    _name = "salon.followup.plan"
    _description = "Follow-up Plan"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(
        string="Priority", default=10, help="Where two plans want the same day, the lower number comes first."
    )
    active = fields.Boolean(string="On", default=True)
    note = fields.Text(string="What It Is For", translate=True, help="For who decides whether to switch it on.")
    trigger = fields.Selection(
        [
            ("visit_done", "A visit"),
            ("first_visit", "The first visit"),
            ("product_sold", "A purchase of products"),
            ("booking", "A booking ahead"),
            ("last_visit", "The last visit"),
            ("next_due", "The next visit due"),
            ("client_state", "A change of the client's state"),
            ("birthday", "A birthday"),
            ("festival", "A festival or season"),
            ("case_solved", "A case solved"),
            ("date", "A date, or what ends"),
        ],
        string="About",
        required=True,
        default="visit_done",
        help="What the contact is about. The steps say how long before or after.",
    )
    is_marketing = fields.Boolean(
        string="Marketing",
        help="Offers and invitations: they go to those alone who agreed to them, and not more often than the settings"
        " allow. Care after a service is none.",
    )
    stop_when_booked = fields.Boolean(help="Clients who have a booking to come are not contacted.")
    company_id = fields.Many2one("res.company", ondelete="restrict", help="Empty: for all companies.")
    step_ids = fields.One2many("salon.followup.step", "plan_id", string="Steps", copy=True)

    condition = fields.Char(
        string="Clients", default="[]", help="Which clients it is for: any condition on them. Empty: for all."
    )
    service_ids = fields.Many2many("product.template", string="Services or Products", help="Empty: all of them.")
    service_category_ids = fields.Many2many(
        "product.category", string="Categories", help="With the categories below them. Empty: all of them."
    )
    service_domain = fields.Char(
        string="Services Such As",
        default="[]",
        help="A condition on the service or product, such as that it needs a patch test.",
    )
    festival_ids = fields.Many2many("salon.festival", string="Festivals and Seasons")
    model_id = fields.Many2one(
        "ir.model",
        string="Records",
        ondelete="cascade",
        domain="[('transient', '=', False), ('abstract', '=', False)]",
        help="What has the date, such as a card or a contract.",
    )
    model_name = fields.Char(related="model_id.model", string="Name of the Records")
    date_field_id = fields.Many2one(
        "ir.model.fields",
        string="Date",
        ondelete="cascade",
        domain="[('model_id', '=', model_id), ('ttype', 'in', ('date', 'datetime'))]",
    )
    client_path = fields.Char(
        string="Way to the Client",
        default="partner_id",
        help="The fields from the record to the client, with dots between them, such as membership_id.partner_id.",
    )
    source_domain = fields.Char(string="Records Such As", default="[]", help="A condition on the records.")
    source_model = fields.Char(compute="_compute_source_model")
    yearly = fields.Boolean(help="The day comes again each year.")

    @api.depends("trigger", "model_id", "date_source")
    def _compute_source_model(self):
        for plan in self:
            source = plan._get_source()
            plan.source_model = source.model if source and source.model in self.env else False

    @api.constrains("condition", "service_domain", "source_domain", "model_id", "trigger", "date_source")
    def _check_domains(self):
        for plan in self:
            plan._check_domain("condition", "res.partner")
            plan._check_domain("service_domain", "product.product")
            if plan.source_model:
                plan._check_domain("source_domain", plan.source_model)

    def _check_domain(self, name, model):
        """Refuse a condition that can't be asked of `model`, or that asks for what its author may not read: by whom the
        plan finds one would learn it."""
        try:
            if not (domain := self._get_domain(name)).is_true():
                self.env[model].sudo(False)._search(domain)  # constraints are asked as the superuser
        except Exception as error:
            raise ValidationError(
                self.env._(
                    "“%(field)s” of the plan %(plan)s can't be understood. Choose it anew by its button.",
                    field=self._fields[name]._description_string(self.env),
                    plan=self.name,
                )
            ) from error

    @api.constrains("trigger", "model_id", "date_field_id", "client_path", "festival_ids", "date_source")
    def _check_source(self):
        for plan in self:
            if plan.trigger == "festival" and not plan.festival_ids:
                raise ValidationError(self.env._("Choose the festivals or seasons that “%s” is about.", plan.name))
            if plan.trigger == "date":
                plan._check_date_source()

    def _check_date_source(self):
        """Refuse a date that can't be asked, and records that who sets up the plan may not read."""
        if not (self.model_id and self.date_field_id and self.client_path):
            raise ValidationError(self.env._("Choose the records, their date and the way to the client."))
        model = self.env.get(self.model_id.model)
        model = model if model is None else model.sudo(False)  # constraints are asked as the superuser
        if model is None or not model._auto or not model.has_access("read"):
            raise ValidationError(self.env._("“%s” can't be followed up: you may not read it.", self.model_id.name))
        field = model._fields.get(self.date_field_id.name)
        is_date = field is not None and field.store and field.type in ("date", "datetime")
        if not is_date or not model._has_field_access(field, "read"):
            raise ValidationError(self.env._("“%s” is no date that can be searched.", self.date_field_id.name))
        for name in self._path_names():
            field = model._fields.get(name)
            if field is None or field.type != "many2one" or not field.store:
                raise ValidationError(
                    self.env._(
                        "“%(path)s” does not lead to a client: %(name)s is no field that leads to one record.",
                        path=self.client_path,
                        name=name,
                    )
                )
            model = self.env[field.comodel_name]
        if model._name != "res.partner":
            raise ValidationError(self.env._("“%s” does not lead to a client.", self.client_path))

    def _path_names(self):
        return [name for name in (self.client_path or "").split(".") if name not in ("", "id")]

    def _get_domain(self, name):
        """Return the domain that the field `name` holds."""
        domain = ast.literal_eval(self[name] or "[]")
        return Domain(domain) if domain else Domain.TRUE

    @api.onchange("trigger")
    def _onchange_trigger(self):
        """What is an offer by its nature begins as marketing."""
        self.is_marketing = self.trigger in ("last_visit", "next_due", "client_state", "birthday", "festival")
        self.stop_when_booked = self.trigger in ("last_visit", "next_due", "client_state")

    def write(self, vals):
        woken = self.filtered(lambda plan: not plan.active) if vals.get("active") else self.browse()
        result = super().write(vals)
        woken.step_ids.since = fields.Datetime.now()
        return result

    def action_switch_on(self):
        """Contact clients by these from now on; what happened before is not followed up."""
        self.active = True

    def action_switch_off(self):
        """Plan nothing more by these."""
        self.active = False

    def copy_data(self, default=None):
        return [
            {**vals, "name": vals["name"] if default and "name" in default else self.env._("%s (copy)", plan.name)}
            for plan, vals in zip(self, super().copy_data(default), strict=True)
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.env["salon.followup"].sudo().search_count([("plan_id", "in", self.ids)], limit=1):
            raise UserError(self.env._("Clients were contacted by this plan: archive it instead."))

    def action_view_followups(self):
        """Show what this plan planned."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_aftercare.salon_followup_action")
        return {**action, "domain": [("plan_id", "=", self.id)]}
