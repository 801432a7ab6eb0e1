import re

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

PHONE = re.compile(r"\+?\d[\d\s()./-]{4,}\d")
NUMBER = re.compile(r"[\d\s()+./-]+")
FEWEST_DIGITS = 3  # a shorter number means nobody
COUNTRY_DIGITS = 10  # from so many on, a number may begin with a country's code, or with zeros, or not
LAST_DIGITS = 9


class ResPartner(models.Model):
    """Clients as the front desk finds them: by any part of name or phone, typed as it comes.

    All of it happens in forms that ask for it by the context `salon_client_search`; partners are searched elsewhere as
    ever.
    """

    _inherit = "res.partner"

    @api.model
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        if not self._salon_at_desk() or operator != "ilike" or not (name or "").strip():
            return super().name_search(name, domain, operator, limit)
        domain = Domain(domain or Domain.TRUE) & self._salon_client_domain(name.strip())
        # Who is a client comes before who might become one.
        order = "is_salon_client DESC, complete_name, id"
        partners = self.search_fetch(domain, ["display_name", "phone"], limit=limit, order=order)
        return [(partner.id, partner.display_name) for partner in partners.sudo()]

    @api.model
    def _search_display_name(self, operator, value):
        if self._salon_at_desk() and operator == "ilike" and isinstance(value, str) and value.strip():
            return self._salon_client_domain(value.strip())
        return super()._search_display_name(operator, value)

    @api.model
    def _salon_at_desk(self):
        """Tell whether a form of the salon asks; who is a client, and by what, is for the salon's roles alone."""
        asked = self.env.context.get("salon_client_search")
        return bool(asked) and self._has_field_access(self._fields["is_salon_client"], "read")

    @api.model
    def _salon_client_domain(self, text):
        """Return the domain of the partners whom the front desk may mean by `text`.

        Other addons add by what else they know a client, as a member's number.
        """
        if NUMBER.fullmatch(text):
            # Digits know no case, and minding none of it costs ten times as much.
            return self._salon_phone_domain(text) | Domain("complete_name", "like", text)
        return Domain.AND(self._salon_word_domain(word) for word in self._salon_words(text))

    @api.model
    def _salon_word_domain(self, word):
        """Return the domain of the partners whose name, phone or email holds `word`."""
        domain = Domain("complete_name", "ilike", word) | self._salon_phone_domain(word)
        return domain | Domain("email", "ilike", word) if {"@", "."} & set(word) else domain

    @api.model
    def _salon_words(self, text):
        """Return the words of what was typed; a phone number written in groups is one."""
        if phone := PHONE.search(text):
            return [*text[: phone.start()].split(), phone[0], *text[phone.end() :].split()]
        return text.split()

    @api.model
    def _salon_phone_domain(self, text):
        """Return the domain of partners whose phone holds the digits of `text`, however either is written."""
        digits = re.sub(r"\D", "", text)
        if len(digits) < FEWEST_DIGITS:
            return Domain.FALSE
        if len(digits) > COUNTRY_DIGITS:
            digits = digits[-LAST_DIGITS:]

        def to_sql(model, alias, query):
            phone = model._field_to_sql(alias, "phone", query)
            # The first condition sorts out nearly all, and costs next to nothing.
            return SQL(
                "(%s LIKE %s AND translate(%s, %s, '') LIKE %s)",
                phone,
                f"%{'%'.join(digits)}%",
                phone,
                " -()./+",
                f"%{digits}%",
            )

        return Domain.custom(to_sql=to_sql)

    @api.depends_context("salon_client_search")
    def _compute_display_name(self):
        """Two of the same name are told apart by their phones."""
        result = super()._compute_display_name()
        context = self.env.context
        if context.get("salon_client_search") and context.get("formatted_display_name"):
            for partner in self.filtered("phone"):
                partner.display_name = f"{partner.display_name} \t --{partner.phone}--"
        return result

    @api.model
    def name_create(self, name):
        """Make a client of “Li Na 139 0000 1111” at the front desk: name and phone as they were typed."""
        if not self.env.context.get("salon_client_search"):
            return super().name_create(name)
        phone = PHONE.search(name)
        rest = " ".join(PHONE.sub(" ", name, count=1).split()) if phone else name.strip()
        partner = self.create({"name": rest or name.strip(), "phone": phone and phone[0].strip()})
        return partner.id, partner.display_name
