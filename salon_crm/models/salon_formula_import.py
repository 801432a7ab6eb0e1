from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools.frame import local_day

WHERE = ("client_phone", "client_id", "visit_date", "service_id", "stylist_id")


class SalonFormula(models.Model):
    """Formulas of before, from a table: each goes to the service of the visit that it was mixed for.

    Where that visit was not brought before, it is made: done, as imported visits are.
    """

    _name = "salon.formula"
    _inherit = ["salon.formula", "salon.import.table"]

    # What an import says of the visit: shown nowhere, and written nowhere else.
    client_phone = fields.Char(string="Client's Phone", compute="_compute_where", readonly=False)
    client_id = fields.Many2one("res.partner", string="Client's Name", compute="_compute_where", readonly=False)
    visit_date = fields.Datetime(string="Visit On", compute="_compute_where", readonly=False)
    service_id = fields.Many2one("product.product", string="Service Done", compute="_compute_where", readonly=False)
    stylist_id = fields.Many2one("hr.employee", string="Mixed By", compute="_compute_where", readonly=False)

    def _compute_where(self):
        for formula in self:
            line = formula.line_id
            formula.client_phone, formula.client_id = line.visit_id.partner_id.phone, line.visit_id.partner_id
            formula.visit_date, formula.service_id = line.visit_id.date, line.product_id
            formula.stylist_id = line.performer_ids[:1].employee_id

    @api.model
    def get_import_templates(self):
        return [{"label": self.env._("Template for Formulas"), "template": "/salon/import_template/salon.formula"}]

    @api.model
    def _import_columns(self):
        """Return what the template asks for: field and example."""
        zones = dict(self.env["salon.formula.bowl"]._fields["zone"]._description_selection(self.env))
        component = "bowl_ids/component_ids"
        return [
            ("client_phone", "139 0000 1111"),
            ("visit_date", "2026-03-21 14:00:00"),
            ("service_id", ""),
            ("stylist_id", ""),
            ("bowl_ids/zone", zones["roots"]),
            (f"{component}/shade", "6/7"),
            (f"{component}/product_id", ""),
            (f"{component}/target_grams", "30"),
            ("bowl_ids/developer_id", ""),
            ("bowl_ids/developer_strength", "20"),
            ("bowl_ids/ratio", "1.5"),
            ("bowl_ids/minutes", "35"),
            ("note", ""),
        ]

    @api.model_create_multi
    def create(self, vals_list):
        """Find or make the services that formulas of an import were mixed for."""
        if not self.env.context.get("import_file"):
            return super().create(vals_list)
        lines, made = self._lines_of_before([self._read_where(vals) for vals in vals_list])
        bare = [{name: value for name, value in vals.items() if name not in WHERE} for vals in vals_list]
        values = [{**vals, "line_id": line.id} for vals, line in zip(bare, lines, strict=True)]
        formulas = super(SalonFormula, self.sudo()).create(values).sudo(False)
        made._close_imported()
        return formulas

    @api.model
    def _read_where(self, vals):
        """Return (client, moment, service, stylist) of what a row says, as far as it has to say it."""
        visits = self.env["salon.visit"]
        visit = {"partner_id": vals.get("client_id"), "date": vals.get("visit_date")}
        if not visit["partner_id"] and vals.get("client_phone"):
            visit["partner_id"] = visits._get_client_of(vals["client_phone"]).id
        visits._check_import([visit])
        if not vals.get("service_id"):
            raise UserError(self.env._("Say for which service it was mixed."))
        client = self.env["res.partner"].browse(visit["partner_id"])
        service = self.env["product.product"].browse(vals["service_id"])
        stylist = self.env["hr.employee"].browse(vals.get("stylist_id") or [])
        return client, fields.Datetime.to_datetime(visit["date"]), service, stylist

    @api.model
    def _lines_of_before(self, found):
        """Return (the visit lines of these rows, the visits that were made for them), as superuser."""
        days = self._visits_by_day(found)
        places = [(client, self._day_of(moment)) for client, moment, _service, _stylist in found]
        lines, taken = [], set()
        for place, (_client, moment, service, _stylist) in zip(places, found, strict=True):
            line = self._find_line(days.get(place, self.env["salon.visit"]), service)
            mark = line or (place, service)
            if mark in taken:
                raise self._twice(place[0], service, moment)
            taken.add(mark)
            lines.append(line)
        open_visits = {place: visits.filtered(lambda visit: not visit.is_locked)[:1] for place, visits in days.items()}
        rows = [number for number, line in enumerate(lines) if not line]
        missing = {places[number]: found[number][1] for number in rows if not open_visits.get(places[number])}
        # As superuser: a sensitivity of today is no reason to refuse what was done years ago.
        made = self.env["salon.visit"].sudo().with_context(import_file=False)
        made = made.create([{"partner_id": place[0].id, "date": moment} for place, moment in missing.items()])
        open_visits |= dict(zip(missing, made, strict=True))
        values = [{"visit_id": open_visits[places[row]].id, "product_id": found[row][2].id} for row in rows]
        for row, line in zip(rows, made.line_ids.create(values), strict=True):
            lines[row] = line
        self.env["salon.visit.performer"].sudo().create(
            [
                {"line_id": line.id, "employee_id": stylist.id}
                for line, (_client, _moment, _service, stylist) in zip(lines, found, strict=True)
                if stylist and not line.performer_ids
            ]
        )
        return lines, made

    @api.model
    def _day_of(self, moment):
        return local_day(self.env.company._salon_timezone(), moment)

    @api.model
    def _visits_by_day(self, found):
        """Return {(client, day): visits} of the days that these rows are about."""
        dates = [moment for _client, moment, _service, _stylist in found]
        margin = timedelta(days=1)  # a day of the salon begins before or after that of UTC
        visits = self.env["salon.visit"].sudo()
        visits = visits.search(
            [
                ("partner_id", "in", [client.id for client, *_rest in found]),
                ("company_id", "=", self.env.company.id),
                ("date", ">=", min(dates) - margin),
                ("date", "<=", max(dates) + margin),
            ]
        )
        return visits.with_env(self.env(su=True)).grouped(
            lambda visit: (visit.partner_id.with_env(self.env), self._day_of(visit.date))
        )

    def _find_line(self, visits, service):
        """Return the line of these visits that waits for the formula of a service; none where there is none yet."""
        lines = visits.line_ids.filtered(lambda line: line.product_id == service)
        free = lines.filtered(lambda line: not line.formula_ids)
        if lines and not free:
            raise self._twice(lines[0].visit_id.partner_id, service, lines[0].visit_id.date)
        unlocked = free.filtered(lambda line: not line.visit_id.is_locked)
        if free and not unlocked:
            free.visit_id._check_not_locked()
        return unlocked[:1]

    def _twice(self, client, service, moment):
        return UserError(
            self.env._(
                "%(client)s has a formula for “%(service)s” on %(day)s already. Write what else was mixed then into the"
                " rows below it, and leave client, date and service empty there.",
                client=client.name,
                service=service.display_name,
                day=format_date(self.env, moment),
            )
        )
