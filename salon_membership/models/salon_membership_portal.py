import base64

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

CODE_128 = {"width": 500, "height": 120}
QR = {"width": 300, "height": 300, "barLevel": "M"}


class SalonMembership(models.Model):
    """What a member sees of their membership on their own page."""

    _inherit = "salon.membership"

    @api.model
    def _of_client(self, partner):
        """Return the active memberships of a client, as superuser: their own and nobody else's."""
        domain = [("partner_id", "=", partner.id), ("state", "=", "active")]
        return self.sudo().search(domain, order="start_date desc, id") if partner else self.sudo().browse()

    def _portal_benefits(self):
        """Return what this member has by their tier, each in a few words."""
        self.ensure_one()
        tier, benefits = self.tier_id, []
        if tier.discount == tier.product_discount:
            if tier.discount:
                benefits.append(self.env._("%s %% off the list price", f"{tier.discount:g}"))
        else:
            if tier.discount:
                benefits.append(self.env._("%s %% off services", f"{tier.discount:g}"))
            if tier.product_discount:
                benefits.append(self.env._("%s %% off products", f"{tier.product_discount:g}"))
        if tier.points_factor and tier.points_factor != 1:
            benefits.append(self.env._("%s times the points on every purchase", f"{tier.points_factor:g}"))
        return benefits + tier.benefit_ids.mapped("name")

    def _portal_progress(self):
        """Return what is missing to the next tier, in words; "" where none is above."""
        self.ensure_one()
        return self.progress or ""

    def _portal_vouchers(self):
        """Return [(what, code, until)] of the coupons that this member can still use."""
        self.ensure_one()
        cards = self.env["loyalty.card"].sudo()
        company = self.company_id
        domain = cards._salon_open_domain(self.partner_id, company) & Domain("company_id", "in", (False, company.id))
        return [
            (
                card.program_id.name,
                card.code,
                card.expiration_date and self.env._("until %s", format_date(self.env, card.expiration_date)),
            )
            for card in cards.search(domain, order="expiration_date, id", limit=20)
        ]

    def _portal_brought(self):
        """Return (how many clients this member brought, how many points that gave)."""
        self.ensure_one()
        domain = [
            ("referrer_file_id.partner_id", "=", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
            ("state", "!=", "refused"),
        ]
        referrals = self.env["salon.referral"].sudo().search(domain)
        rewarded = referrals.filtered("referrer_rewarded")
        return len(referrals), sum(rewarded.mapped("points"))

    def _portal_words(self):
        """Return the sentences of the member's page that say a figure: whole, as each language orders its words."""
        self.ensure_one()
        company = self.company_id
        brought, given = self._portal_brought()
        since = format_date(self.env, self.start_date)
        words = {
            "since": self.env._("%(salon)s · member since %(day)s", salon=company.name, day=since),
            "points": self.env._("%s points", self.points - self._points_over()),
            "owed": self.points_debt and self.env._("You owe %s points: the next ones pay them.", self.points_debt),
            "lots": [
                self.env._("%(points)s end after %(day)s", points=points, day=format_date(self.env, day))
                if day
                else self.env._("%s do not end", points)
                for day, points in self._portal_lots()
            ],
            "offer": [],
            "when": self.env._("when your friend becomes a member."),
            "brought": brought
            and self.env._("You have brought %(count)s, for %(points)s points so far.", count=brought, points=given),
        }
        if company.salon_referral_points:
            words["offer"].append(self.env._("%s points for you", company.salon_referral_points))
        if company.salon_referral_new_points:
            words["offer"].append(self.env._("%s points for your friend", company.salon_referral_new_points))
        if company.salon_referral_when == "paid":
            minimum = company.currency_id.format(company.salon_referral_minimum)
            words["when"] = self.env._("when your friend first pays %s or more.", minimum)
        return words

    def _portal_lots(self):
        """Return [(day, points)]: how many points end on which day, the next first; those without a day at last."""
        self.ensure_one()
        groups = (
            self.env["salon.points.lot"]
            .sudo()
            ._read_group(
                [
                    ("membership_id", "=", self.id),
                    ("remaining", ">", 0),
                    "|",
                    ("expires_on", "=", False),
                    ("expires_on", ">=", self.company_id._salon_today()),
                ],
                ["expires_on:day"],
                ["remaining:sum"],
                order="expires_on:day",
            )
        )
        dated = [(fields.Date.to_date(day), points) for day, points in groups if day]
        return dated + [(False, points) for day, points in groups if not day]

    def _portal_moves_domain(self):
        self.ensure_one()
        return [("lot_id.membership_id", "=", self.id)]

    def _picture(self, kind, value, size):
        """Return a barcode as the address of a picture that stands in the page itself: nobody else learns the code."""
        picture = self.env["ir.actions.report"].sudo().barcode(kind, value, **size)
        return "data:image/png;base64," + base64.b64encode(picture).decode()

    def _number_picture(self):
        self.ensure_one()
        return self._picture("Code128", self.barcode, CODE_128)

    def _referral_picture(self):
        self.ensure_one()
        return self._picture("QR", self.referral_url, QR)


class SalonPointsMove(models.Model):
    _inherit = "salon.points.move"

    def _portal_label(self):
        """Return what a member reads of this line: what staff noted stays with staff, but for what was given."""
        self.ensure_one()
        kind = dict(self._fields["kind"]._description_selection(self.env))[self.kind]
        return self.note if self.kind == "gift" and self.note else kind


class ResPartner(models.Model):
    """On which ways a client wants to hear of offers. What serves a booking always goes."""

    _inherit = "res.partner"

    def _salon_marketing(self):
        """Return {channel: whether the client wants to hear of offers}, of those by which they can be reached."""
        self.ensure_one()
        partner = self.sudo()
        reached = {"email": partner.email_normalized, "sms": partner.phone_sanitized}
        files = self.env["salon.client.file"]
        return {
            channel: self.id not in files._find_refusals(self, "marketing", channel)
            for channel, address in reached.items()
            if address
        }

    def _salon_set_marketing(self, channel, wanted):
        """Keep what the client chose on their own page, in their file and where Odoo's own mailings look for it."""
        self.ensure_one()
        if self._salon_marketing().get(channel, wanted) != wanted:
            files = self.sudo()._make_salon_clients() or self.sudo().salon_file_ids
            files._set_contact_choice("marketing", channel, wanted, "portal")
