from odoo import api, fields, models
from odoo.tools import SQL, sql

from .salon_contact_choice import CHANNELS, PURPOSES


def column(purpose, channel):
    """Return the name of the field that says whether a client may be contacted so."""
    return "_".join((purpose, channel))


CHOICES = {column(purpose, channel): (purpose, channel) for purpose, _label in PURPOSES for channel, _name in CHANNELS}

BLACKLISTS = {"email": "mail.blacklist", "sms": "phone.blacklist"}


class SalonClientFile(models.Model):
    """What a client may be contacted for, and how (invariant 9).

    Care after a visit is expected until a client objects; offers go to those alone who agreed. Each choice is kept as a
    line; the fields here say what holds now, for searches and for the eye.
    """

    _inherit = "salon.client.file"

    care_call = fields.Boolean(string="Care: Call", default=True)
    care_sms = fields.Boolean(string="Care: SMS", default=True)
    care_email = fields.Boolean(string="Care: Email", default=True)
    care_wechat = fields.Boolean(string="Care: WeChat", default=True)
    care_post = fields.Boolean(string="Care: Post", default=True)
    marketing_call = fields.Boolean(string="Offers: Call")
    marketing_sms = fields.Boolean(string="Offers: SMS")
    marketing_email = fields.Boolean(string="Offers: Email")
    marketing_wechat = fields.Boolean(string="Offers: WeChat")
    marketing_post = fields.Boolean(string="Offers: Post")
    choice_ids = fields.One2many("salon.contact.choice", "file_id", string="Contact Choices", readonly=True)

    def _auto_init(self):
        """Make the columns with what holds where nobody was asked, at once: there may be a million files."""
        if sql.table_exists(self.env.cr, self._table):
            missing = [name for name in CHOICES if not sql.column_exists(self.env.cr, self._table, name)]
            if missing:
                columns = SQL(", ").join(
                    SQL("ADD COLUMN %s bool DEFAULT %s", SQL.identifier(name), SQL(str(name.startswith("care"))))
                    for name in missing
                )
                defaults = SQL(", ").join(SQL("ALTER %s DROP DEFAULT", SQL.identifier(name)) for name in missing)
                self.env.cr.execute(SQL("ALTER TABLE salon_client_file %s", columns))
                self.env.cr.execute(SQL("ALTER TABLE salon_client_file %s", defaults))
        return super()._auto_init()

    @api.model_create_multi
    def create(self, vals_list):
        chosen = [{name: vals[name] for name in CHOICES if name in vals} for vals in vals_list]
        rest = [{name: value for name, value in vals.items() if name not in CHOICES} for vals in vals_list]
        files = super().create(rest)
        for file, choices in zip(files, chosen, strict=True):
            file._set_choices(choices)
        return files

    def write(self, vals):
        """What is ticked on the form becomes a choice that is kept."""
        choices = {name: value for name, value in vals.items() if name in CHOICES}
        if not choices:
            return super().write(vals)
        rest = {name: value for name, value in vals.items() if name not in CHOICES}
        result = super().write(rest)  # with nothing left it still asks whether one may
        self._set_choices(choices)
        return result

    def _set_choices(self, choices):
        for name, agreed in choices.items():
            purpose, channel = CHOICES[name]
            self.filtered(lambda file, name=name, agreed=agreed: file[name] != bool(agreed))._set_contact_choice(
                purpose, channel, agreed, self.env.context.get("salon_choice_way", "salon")
            )

    def _set_contact_choice(self, purpose, channel, agreed, way="salon"):
        """Keep that these clients agreed to be contacted, or objected; also where Odoo's own mailings look for it.

        :param str purpose: "care" or "marketing"
        :param str channel: "call", "sms", "email", "wechat" or "post"
        :param bool agreed: False: they object
        :param str way: how they said it: "salon", "link", "portal" or "import"
        """
        if not self:
            return
        agreed = bool(agreed)
        values = {"purpose": purpose, "channel": channel, "agreed": agreed, "way": way}
        who = {"created_by": self.env.uid, "user_name": self.env.user.name}
        self.env["salon.contact.choice"].sudo().create([{**values, **who, "file_id": file.id} for file in self])
        files = self.sudo().with_context(tracking_disable=True)
        files._store_choices({column(purpose, channel): agreed})
        if purpose == "marketing" and channel in BLACKLISTS:
            self._tell_mailings(channel, agreed)

    def _tell_mailings(self, channel, agreed):
        """Have Odoo's own mailings know of it too."""
        blacklist = self.env[BLACKLISTS[channel]].sudo()
        partners = self.sudo().partner_id
        addresses = partners.mapped("email_normalized" if channel == "email" else "phone_sanitized")
        for address in filter(None, addresses):
            key = address if channel == "email" else [address]
            blacklist._remove(key) if agreed else blacklist._add(key)
        partners.invalidate_recordset(["is_blacklisted", "phone_blacklisted"])

    def _renew_choices(self):
        """Have these files say what the last lines do; where there is none, what holds for who was not asked."""
        self.flush_recordset()
        lines = self.env["salon.contact.choice"].sudo().search([("file_id", "in", self.ids)], order="id")
        last = {(line.file_id.id, column(line.purpose, line.channel)): line.agreed for line in lines}
        for file in self.sudo():
            values = {name: last.get((file.id, name), name.startswith("care")) for name in CHOICES}
            file._store_choices(values)

    def _store_choices(self, values):
        """Write what holds now; what is kept of it is written where it was chosen."""
        return super().write(values)

    @api.model
    def _find_refusals(self, partners, purpose, channel):
        """Return {partner id: "no_consent" or "objected"} of those of these clients who may not be contacted.

        :param partners: res.partner; who has no file was never asked
        :param str purpose: "care" or "marketing"
        :param str channel: "call", "sms", "email", "wechat" or "post"
        """
        self.env.flush_all()
        blocked = SQL("FALSE")
        if purpose == "marketing" and channel == "email":
            blocked = SQL(
                "EXISTS (SELECT FROM mail_blacklist list WHERE list.active AND list.email = client.email_normalized)"
            )
        elif purpose == "marketing" and channel == "sms":
            blocked = SQL(
                "EXISTS (SELECT FROM phone_blacklist list WHERE list.active AND list.number = client.phone_sanitized)"
            )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT client.id,
                       CASE WHEN %(blocked)s OR EXISTS (
                                 SELECT FROM salon_contact_choice choice
                                  WHERE choice.file_id = file.id AND choice.purpose = %(purpose)s
                                    AND choice.channel = %(channel)s
                            ) THEN 'objected' ELSE %(unasked)s END
                  FROM res_partner client
                  LEFT JOIN salon_client_file file ON file.partner_id = client.id
                 WHERE client.id = ANY(%(ids)s)
                   AND (%(blocked)s OR COALESCE(file.%(column)s, %(default)s) IS FALSE)
                """,
                blocked=blocked,
                purpose=purpose,
                channel=channel,
                unasked="no_consent" if purpose == "marketing" else "objected",
                ids=partners.ids,
                column=SQL.identifier(column(purpose, channel)),
                default=purpose == "care",
            )
        )
        return dict(rows)

    @api.model
    def _any_marketing_sql(self, client, channels):
        """Return the SQL of whether a client agreed to offers on one of these channels at least.

        :param SQL client: the id of the partner
        """
        names = [f"marketing_{channel}" for channel in channels if f"marketing_{channel}" in CHOICES]
        if not names or len(names) < len(channels):
            return SQL("TRUE")  # a task in the house needs nobody's word
        agreed = SQL(" OR ").join(SQL.identifier("file", name) for name in dict.fromkeys(names))
        return SQL("EXISTS (SELECT FROM salon_client_file file WHERE file.partner_id = %s AND (%s))", client, agreed)

    @api.model
    def _kept_with_file(self):
        return [*super()._kept_with_file(), "salon.contact.choice"]

    def action_view_choices(self):
        """Show what this client agreed or objected to, when and by which way."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Contact Choices"),
            "res_model": "salon.contact.choice",
            "view_mode": "list",
            "domain": [("file_id", "=", self.id)],
        }
