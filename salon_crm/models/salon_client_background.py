from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import client_key


class SalonClientFile(models.Model):
    """Who a client is beside the chair, how they came, and what they like there."""

    _inherit = "salon.client.file"

    # Reaching them
    second_phone = fields.Char()
    wechat = fields.Char(string="WeChat")
    lang = fields.Selection(related="partner_id.lang", readonly=False)
    language_ids = fields.Many2many(
        "res.lang",
        string="Also Speaks",
        context={"active_test": False},
        help="Other languages in which one can talk to this client. Messages go out in the main one.",
    )
    contact_way = fields.Selection(
        [("phone", "Call"), ("sms", "SMS"), ("wechat", "WeChat"), ("email", "Email")], string="Best Reached By"
    )
    contact_time = fields.Selection(
        [("morning", "Mornings"), ("noon", "Lunch Break"), ("afternoon", "Afternoons"), ("evening", "Evenings")],
        string="Best Reached At",
    )

    # Background
    occupation = fields.Char()
    city = fields.Char(related="partner_id.city", readonly=False)
    region = fields.Selection(
        [("city", "City"), ("county", "County Town"), ("township", "Township")],
        string="Lives In",
    )
    source_id = fields.Many2one("utm.source", string="How They Came", ondelete="restrict", index="btree_not_null")
    referrer_id = fields.Many2one(
        "res.partner",
        string="Referred By",
        ondelete="set null",
        index="btree_not_null",
        domain="[('is_salon_client', '=', True), ('id', '!=', partner_id)]",
        help="The client who sent this one.",
    )
    referred_count = fields.Integer(
        string="Clients Referred",
        compute="_compute_referred_count",
        help="Clients whose file names this one as who sent them.",
    )
    first_service_ids = fields.Many2many(
        "product.template",
        string="Came at First For",
        domain="[('is_salon_service', '=', True)]",
        help="The services that this client wanted when they came for the first time.",
    )
    influence = fields.Selection(
        [("none", "Comes alone"), ("some", "Brings somebody now and then"), ("many", "Many follow their word")],
        string="Brings Others",
    )
    hobbies = fields.Char()
    event_ids = fields.One2many("salon.client.event", "file_id", string="Events in Their Life")

    # Preferences
    style_preference = fields.Char(string="Hair Style")
    colour_preference = fields.Char(string="Colour")
    care_preference = fields.Char(string="Care")
    product_preference = fields.Char(string="Products")
    stylist_preference = fields.Char(string="Manner of Stylist")
    talk_preference = fields.Selection(
        [("talk", "Likes to talk"), ("little", "A few words"), ("quiet", "Wants it quiet")], string="Talk or Quiet"
    )
    drink_preference = fields.Char(string="Drinks")
    taboos = fields.Text(
        help="What this client does not want: a fringe, a scent, a subject, being touched on the ears. Everyone in the"
        " salon reads it. What they do not bear for their health, an allergy for one, is a sensitivity: that is on the"
        " page Health, for who may know it, and keeps a service from being booked.",
    )

    @api.constrains("referrer_id", "partner_id")
    def _check_referrer(self):
        for file in self:
            if file.referrer_id == file.partner_id:
                raise ValidationError(
                    self.env._("%s can't have sent themselves. Choose another client.", file.partner_id.name)
                )

    @api.depends("partner_id")
    def _compute_referred_count(self):
        groups = self._read_group([("referrer_id", "in", self.partner_id.ids)], ["referrer_id"], ["__count"])
        counts = {partner.id: count for partner, count in groups}
        for file in self:
            file.referred_count = counts.get(file.partner_id.id, 0)

    def write(self, vals):
        result = super().write(vals)
        if {"second_phone", "wechat"} & vals.keys():
            self._refresh_keys()
        return result

    def _search_keys(self):
        keys = super()._search_keys() | self._phone_keys(self.second_phone)
        if wechat := client_key.joined(self.wechat):
            keys.add((client_key.WORD, wechat))
        return keys

    def _prepare_till_card(self, company):
        """The till shows in one line how this client likes it at the chair."""
        card = super()._prepare_till_card(company)
        talk = dict(self._fields["talk_preference"]._description_selection(self.env)).get(self.talk_preference)
        likes = (talk, self.drink_preference, self.product_preference, card["preferences"])
        return {**card, "preferences": " · ".join(filter(None, likes))}

    def action_view_referred(self):
        """Show the clients whom this one sent."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_client_file_action")
        return {**action, "domain": [("referrer_id", "=", self.partner_id.id)]}
