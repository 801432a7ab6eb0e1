from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL, format_date

STYLIST = "salon_crm.group_salon_stylist"
BOWL = (
    "zone",
    "developer_id",
    "developer_lot_id",
    "developer_strength",
    "strength_unit",
    "ratio",
    "developer_grams",
    "minutes",
    "heat",
)
COMPONENT = ("product_id", "lot_id", "shade", "target_grams", "actual_grams")
OLDER = 20  # formulas of a client that the pad offers


class SalonVisitLine(models.Model):
    """The formula of a service that is being done, as the pad at the chair shows it."""

    _inherit = "salon.visit.line"

    formula_ids = fields.One2many("salon.formula", "line_id", string="Formulas", groups=STYLIST)
    formula_summary = fields.Char(string="Formula", compute="_compute_formula_summary", groups=STYLIST)
    last_formula_id = fields.Many2one("salon.formula", compute="_compute_last_formula", groups=STYLIST)
    last_formula_summary = fields.Char(
        string="Last Time", compute="_compute_last_formula", groups=STYLIST, help="What was mixed the last time."
    )

    @api.depends("formula_ids.summary")
    def _compute_formula_summary(self):
        for line in self:
            line.formula_summary = line.formula_ids.summary

    @api.depends("product_id", "visit_id.partner_id", "visit_id.date")
    def _compute_last_formula(self):
        found = self._last_formulas()
        for line in self:
            line.last_formula_id = found.get(line._origin.id)
            line.last_formula_summary = line.last_formula_id.summary

    def _last_formulas(self):
        """Return {line id: salon.formula}: what was mixed the last time for the same service of the same client, by
        one query; however long ago that is. A user sees those that they have the right to read."""
        formulas = self.env["salon.formula"]
        if not self._origin or not formulas.has_access("read"):
            return {}
        self.env["salon.visit"].flush_model(["partner_id", "date", "company_id"])
        self.flush_model(["visit_id", "product_id"])
        formulas.flush_model(["line_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, last.id
                  FROM salon_visit_line line
                  JOIN salon_visit visit ON visit.id = line.visit_id
                  JOIN product_product product ON product.id = line.product_id
                 CROSS JOIN LATERAL (
                    SELECT formula.id
                      FROM salon_visit was
                      JOIN salon_visit_line its_line ON its_line.visit_id = was.id
                      JOIN product_product its_product ON its_product.id = its_line.product_id
                      JOIN salon_formula formula ON formula.line_id = its_line.id
                     WHERE was.partner_id = visit.partner_id AND was.company_id = ANY(%s) AND was.date <= visit.date
                       AND its_product.product_tmpl_id = product.product_tmpl_id AND its_line.id <> line.id
                  ORDER BY was.date DESC, formula.id DESC
                     LIMIT 1) last
                 WHERE line.id = ANY(%s)
                """,
                self.env.companies.ids,
                self._origin.ids,
            )
        )
        allowed = formulas.browse(formula_id for _line_id, formula_id in rows)._filtered_access("read")
        return {line_id: allowed.browse(formula_id) for line_id, formula_id in rows if formula_id in set(allowed.ids)}

    # The pad ------------------------------------------------------------------------------------------------

    def action_formula(self):
        """Open the pad of this service: its bowls to be weighed, by big buttons, also on a phone."""
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "salon_formula_pad",
            "name": self.env._("Formula"),
            "path": "salon-formula",
            "params": {"line_id": self.id},
        }

    def formula_pad(self):
        """Return what the pad shows of this service.

        :return dict: "line_id", "visit_id", "client", "service", "alert", "date", "locked", "note", "version", "bowls"
            (each with the fields of a bowl and its "components"), "last" (id, date and summary of the last formula of
            this service, or False), "older" (the same of all formulas of the client)
        :raise AccessError: the user may not read formulas
        """
        self.ensure_one()
        self.env["salon.formula"].check_access("read")
        visit, formula = self.visit_id, self.formula_ids
        last = self.last_formula_id
        older = formula.browse()
        if visit.partner_id:
            older = formula.search(
                [("partner_id", "=", visit.partner_id.id), ("line_id", "!=", self.id)],
                order="date desc, id desc",
                limit=OLDER,
            )
        return {
            "line_id": self.id,
            "visit_id": visit.id,
            "client": visit.partner_id.name or self.env._("Walk-in"),
            "service": self.product_id.name,
            "alert": visit.alert or "",
            "date": format_date(self.env, visit.date),
            "locked": visit.is_locked,
            "note": formula.note or "",
            "version": formula.version or 0,
            "bowls": [self._pad_values(bowl, BOWL) for bowl in formula.bowl_ids],
            "last": self._pad_older(last)[0] if last else False,
            "older": self._pad_older(older),
        }

    @api.model
    def _pad_values(self, record, names):
        """Return a bowl or a component as the pad holds it."""
        values = {"id": record.id}
        for name in names:
            value = record[name]
            if isinstance(value, models.BaseModel):
                shown = value.with_context(display_default_code=False).sudo().display_name
                values[name] = [value.id, shown] if value else False
            else:
                values[name] = value
        if record._name == "salon.formula.bowl":
            values["components"] = [self._pad_values(one, COMPONENT) for one in record.component_ids]
        return values

    @api.model
    def _pad_older(self, formulas):
        return [
            {
                "id": formula.id,
                "date": format_date(self.env, formula.date),
                "service": formula.product_id.name,
                "summary": formula.summary,
                "note": formula.note or "",
            }
            for formula in formulas
        ]

    def formula_copy(self, formula_id=None):
        """Take a formula over into this service, in place of what stood there.

        :param int formula_id: which; that of the last time where none is given
        :return dict: as `formula_pad`
        :raise UserError: there is none
        """
        self.ensure_one()
        source = self.env["salon.formula"].browse(formula_id).exists() if formula_id else self.last_formula_id
        if not source:
            raise UserError(
                self.env._("No formula of “%s” is known of this client. Add a bowl instead.", self.product_id.name)
            )
        if source.sudo().partner_id != self.visit_id.partner_id:
            raise UserError(self.env._("This is another client's formula. Choose one of this client."))
        self._write_formula({"bowl_ids": [Command.clear(), *source._prepare_copy_commands()]})
        return self.formula_pad()

    def formula_save(self, bowls, note="", version=0):
        """Keep what stands on the pad. A service without a bowl and a note has no formula.

        :param list bowls: as `formula_pad` gives them; new ones have no "id"
        :param int version: what `formula_pad` gave
        :return dict: as `formula_pad`
        :raise UserError: somebody else has changed the formula meanwhile
        """
        self.ensure_one()
        formula = self.formula_ids
        if formula and formula.try_lock_for_update():
            formula.invalidate_recordset(["version"])
        if (formula.version or 0) != version:
            raise UserError(self.env._("Somebody else has changed this formula meanwhile. Open it again."))
        if bowls or note:
            commands = self._pad_commands(bowls, BOWL, formula.bowl_ids)
            self._write_formula({"bowl_ids": commands, "note": note or False})
        elif formula:
            formula.unlink()
        return self.formula_pad()

    def _write_formula(self, vals):
        if self.formula_ids:
            self.formula_ids.write({**vals, "version": self.formula_ids.version + 1})
        else:
            self.env["salon.formula"].create({**vals, "line_id": self.id})

    @api.model
    def _pad_commands(self, rows, names, existing):
        """Return the commands that make `existing` (bowls, or components of one) what the pad says."""
        commands, kept = [], set()
        for number, row in enumerate(rows):
            record = existing.filtered(lambda one, row=row: one.id == row.get("id"))
            values = {"sequence": number + 1}
            for name in names:
                if name in row:
                    value = row[name]
                    values[name] = value[0] if isinstance(value, (list, tuple)) else value
            if "components" in row:
                values["component_ids"] = self._pad_commands(row["components"], COMPONENT, record.component_ids)
            kept.add(record.id)
            commands.append(Command.update(record.id, values) if record else Command.create(values))
        return [*(Command.delete(one.id) for one in existing if one.id not in kept), *commands]
