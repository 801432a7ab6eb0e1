from odoo import api, models


class SalonGoodwill(models.AbstractModel):
    """Coupons are those of Odoo's own programs: the till takes them as any other."""

    _inherit = "salon.goodwill"

    @api.model
    def _can_give(self):
        return True

    @api.model
    def _offers(self, client, company, is_gift=False):
        programs = self.env["loyalty.program"].sudo()
        of_birthdays = self.env["salon.birthday.gift"].sudo().with_context(active_test=False).search([]).program_id
        found = programs.search(
            [
                ("program_type", "=", "coupons"),
                ("company_id", "in", (False, company.id)),
                ("id", "not in", of_birthdays.ids),
                ("reward_ids", "!=", False),
            ]
        )
        if is_gift:
            found = found.filtered(lambda program: "product" in program.reward_ids.mapped("reward_type"))
        return {str(program.id): program.name for program in found if not program._salon_refusal(client, company)}

    @api.model
    def _give(self, key, client, company, why):
        card = self.env["loyalty.program"].browse(int(key))._salon_issue(client, company)
        card._message_log(body=why)
        return {"model": card._name, "id": card.id, "code": card.code, "until": card.expiration_date}

    @api.model
    def _used_at(self, model, coupon_id):
        if model != "loyalty.card":
            return super()._used_at(model, coupon_id)
        return self.env[model].sudo().browse(coupon_id).exists().salon_used_at
