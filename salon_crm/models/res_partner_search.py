import re

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, create_index

from ..tools.client_key import COUNTRY_DIGITS, FEWEST_DIGITS, GROUPED, LAST_DIGITS, NUMBER, split

SIGNS = " -()./+"


class ResPartner(models.Model):
    """Clients as the front desk finds them: by what begins their name, its pinyin or initials, by the end of a phone,
    typed as it comes.

    All of it happens in forms that ask for it by the context `salon_client_search`; partners are searched elsewhere as
    ever.
    """

    _inherit = "res.partner"

    # Clients are found by their keys; who is none, and may be among a million clients, by these few rows.
    _salon_others_idx = models.Index("(complete_name, id) WHERE is_salon_client IS NOT TRUE")

    @api.private
    def init(self):
        """Have what clients are found by when no beginning finds them: any part of name, email or phone."""
        result = super().init()
        if self.env.registry.has_trigram:
            for name, expression in (
                ("name", "complete_name gin_trgm_ops"),
                ("email", "email gin_trgm_ops"),
                ("phone", f"translate(phone, '{SIGNS}', '') gin_trgm_ops"),
            ):
                create_index(
                    self.env.cr,
                    f"res_partner_salon_{name}_idx",
                    self._table,
                    [expression],
                    "gin",
                    "is_salon_client IS TRUE",
                )
        return result

    @api.model
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        text = (name or "").strip()
        if not self._salon_at_desk() or operator != "ilike" or not text:
            return super().name_search(name, domain, operator, limit)
        partners = self._salon_find(text, Domain(domain or Domain.TRUE), limit)
        partners.fetch(["display_name", "phone"])
        return [(partner.id, partner.display_name) for partner in partners.sudo()]

    @api.model
    def _salon_find(self, text, domain, limit):
        """Return whom the front desk may mean by `text`, at most so many: clients first, then who might become one."""

        def search_clients():
            return self._search(domain & Domain("is_salon_client", "=", True))

        keys = self.env["salon.client.key"].sudo()
        found = self.browse(keys._find(search_clients, text, limit))
        any_part = domain & self._salon_any_part_domain(text)
        order = "complete_name, id"
        if not found and not keys._finds(text):
            found = self.search(any_part & Domain("is_salon_client", "=", True), limit=limit, order=order)
        if not limit or len(found) < limit:
            left = limit and limit - len(found)
            found += self.search(any_part & Domain("is_salon_client", "=", False), limit=left, order=order)
        return found

    @api.model
    def _search_display_name(self, operator, value):
        if self._salon_at_desk() and operator == "ilike" and isinstance(value, str) and value.strip():
            partners = self._salon_matches(value.strip())
            return Domain.custom(
                to_sql=lambda model, alias, query: SQL("%s IN (%s)", SQL.identifier(alias, "id"), partners)
            )
        return super()._search_display_name(operator, value)

    @api.model
    def _salon_at_desk(self):
        """Tell whether a form of the salon asks; who is a client, and by what, is for the salon's roles alone."""
        asked = self.env.context.get("salon_client_search")
        return bool(asked) and self._has_field_access(self._fields["is_salon_client"], "read")

    @api.model
    def _salon_matches(self, text):
        """Return the SQL of the ids of the partners whom the front desk may mean by `text`, seen or not."""
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        keys = self.env["salon.client.key"].sudo()
        any_part = self._salon_any_part_domain(text)
        others = partners._search(any_part & Domain("is_salon_client", "=", False)).select()
        if keys._finds(text):
            clients = SQL(
                "SELECT file.partner_id FROM salon_client_file file WHERE file.id IN (%s)", keys._files_of(text)
            )
        else:
            clients = partners._search(any_part & Domain("is_salon_client", "=", True)).select()
        return SQL("(%s) UNION ALL (%s)", clients, others)

    @api.model
    def _salon_any_part_domain(self, text):
        """Return the domain of the partners who have each word of `text` anywhere in name, phone or email."""
        if NUMBER.fullmatch(text):
            # Digits know no case, and minding none of it costs ten times as much.
            return self._salon_phone_domain(text) | Domain("complete_name", "like", text)
        return Domain.AND(self._salon_word_domain(word) for word in split(text))

    @api.model
    def _salon_word_domain(self, word):
        """Return the domain of the partners whose name, phone or email holds `word`."""
        domain = Domain("complete_name", "ilike", word) | self._salon_phone_domain(word)
        return domain | Domain("email", "ilike", word) if {"@", "."} & set(word) else domain

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
                SIGNS,
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
        phone = GROUPED.search(name)
        rest = " ".join(GROUPED.sub(" ", name, count=1).split()) if phone else name.strip()
        partner = self.create({"name": rest or name.strip(), "phone": phone and phone[0].strip()})
        return partner.id, partner.display_name
