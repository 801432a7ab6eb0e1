from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_date

from .calendar_event_state import NEXT_STATES

MANAGER = "salon_crm.group_salon_manager"
NOTED_LATE = timedelta(days=7)  # so much later anybody may still note a visit
CLOCKS_DIFFER = timedelta(minutes=10)


class SalonVisit(models.Model):
    """What happened when a client was here; also a consultation that sold nothing.

    Once done, a visit may be corrected for some hours; after that the database refuses every change.
    """

    _name = "salon.visit"
    _inherit = ["mail.thread", "pos.load.mixin"]
    _description = "Visit"
    _order = "date desc, id desc"
    _mail_post_access = "read"

    partner_id = fields.Many2one(
        "res.partner", string="Client", ondelete="restrict", index=True, help="Empty: someone who gave no name."
    )
    partner_name = fields.Char(related="partner_id.name", string="Client Name")
    event_id = fields.Many2one("calendar.event", string="Booking", ondelete="set null", readonly=True, copy=False)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, ondelete="restrict", index=True
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now, index=True)
    state = fields.Selection(
        [("open", "Open"), ("done", "Done")], required=True, default="open", readonly=True, copy=False, tracking=True
    )
    done_at = fields.Datetime(readonly=True, copy=False)
    locked_at = fields.Datetime(
        readonly=True, copy=False, help="From then on this visit never changes again; a correction is a new visit."
    )
    is_locked = fields.Boolean(compute="_compute_is_locked")
    line_ids = fields.One2many("salon.visit.line", "visit_id", string="Services", copy=True)
    performer_names = fields.Char(string="Who", compute="_compute_performer_names")
    note = fields.Text(string="What Was Done", help="For the next visit: what was done, how it went, what was advised.")
    pos_order_ids = fields.One2many("pos.order", "salon_visit_id", string="Till Orders", readonly=True)
    pos_order_count = fields.Integer(compute="_compute_pos_order_count")
    alert = fields.Char(compute="_compute_alert")

    _event_uniq = models.UniqueIndex(
        "(event_id, partner_id) WHERE event_id IS NOT NULL", "This client has a visit of this booking already."
    )
    _done_when_done = models.Constraint(
        "CHECK ((state = 'done') = (done_at IS NOT NULL AND locked_at IS NOT NULL))",
        "A visit is closed by its button or at the till. Use one of them.",
    )
    _open_idx = models.Index("(company_id, partner_id) WHERE state = 'open'")

    @api.private
    def init(self):
        """Have the database itself refuse changes to locked visits (invariant 5)."""
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION salon_refuse_locked_visit() RETURNS trigger
            -- The plan is made once and kept: on tables that were empty then, it must be by index all the same.
            SET enable_seqscan = off AS $$
            DECLARE
                old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) - '{create_uid,write_uid}'::text[] END;
                new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) - '{create_uid,write_uid}'::text[] END;
                row_data jsonb;
                its_visit_id int;
                its_locked_at timestamp;
            BEGIN
                -- Retention, erasure and merging lift this for their own transaction, by their own procedures.
                -- A user who is deleted takes nothing but their name along.
                IF current_setting('salon.unlock', true) = 'on' OR old_row = new_row THEN
                    RETURN COALESCE(NEW, OLD);
                END IF;
                -- Out of a locked visit is a change of it, and into one as well.
                FOREACH row_data IN ARRAY array_remove(ARRAY[old_row, new_row], NULL) LOOP
                    its_visit_id := row_data->>'visit_id';
                    IF TG_TABLE_NAME = 'salon_visit' THEN
                        its_visit_id := row_data->>'id';
                    ELSIF TG_TABLE_NAME = 'salon_formula_component' THEN
                        SELECT line.visit_id INTO its_visit_id
                          FROM salon_formula_bowl bowl
                          JOIN salon_formula formula ON formula.id = bowl.formula_id
                          JOIN salon_visit_line line ON line.id = formula.line_id
                         WHERE bowl.id = (row_data->>'bowl_id')::int;
                    ELSIF TG_TABLE_NAME = 'salon_formula_bowl' THEN
                        SELECT line.visit_id INTO its_visit_id
                          FROM salon_formula formula JOIN salon_visit_line line ON line.id = formula.line_id
                         WHERE formula.id = (row_data->>'formula_id')::int;
                    ELSIF row_data ? 'diagnosis_id' THEN  -- what was advised, and the problems that were seen
                        SELECT visit_id INTO its_visit_id
                          FROM salon_diagnosis WHERE id = (row_data->>'diagnosis_id')::int;
                    ELSIF row_data ? 'line_id' THEN  -- of a service: who did it, its formula
                        SELECT visit_id INTO its_visit_id FROM salon_visit_line WHERE id = (row_data->>'line_id')::int;
                    END IF;
                    SELECT locked_at INTO its_locked_at FROM salon_visit WHERE id = its_visit_id;
                    IF its_locked_at < timezone('UTC', now()) THEN
                        RAISE EXCEPTION 'salon_visit % is locked', its_visit_id USING ERRCODE = 'check_violation';
                    END IF;
                END LOOP;
                RETURN COALESCE(NEW, OLD);
            END $$ LANGUAGE plpgsql
            """
        )
        self._salon_install_lock("salon_visit", "UPDATE OR DELETE")
        return super().init()

    def _salon_install_lock(self, table, operations="INSERT OR UPDATE OR DELETE"):
        """Put the trigger that refuses changes of locked visits on `table`."""
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE TRIGGER %s BEFORE %s ON %s
                FOR EACH ROW EXECUTE FUNCTION salon_refuse_locked_visit()
                """,
                SQL.identifier(f"{table}_locked"),
                SQL(operations),
                SQL.identifier(table),
            )
        )

    @api.depends("partner_id", "date")
    def _compute_display_name(self):
        for visit in self:
            name = visit.partner_id.name or self.env._("Walk-in")
            visit.display_name = f"{name} · {format_date(self.env, visit.date)}" if visit.date else name

    @api.depends("locked_at")
    def _compute_is_locked(self):
        now = fields.Datetime.now()
        for visit in self:
            visit.is_locked = bool(visit.locked_at and visit.locked_at < now)

    @api.depends("line_ids.performer_ids.employee_id", "line_ids.performer_ids.part")
    def _compute_performer_names(self):
        for visit in self:
            performers = visit.line_ids.performer_ids.sorted(lambda performer: performer.part != "stylist")
            visit.performer_names = ", ".join(performers.employee_id.mapped("name"))

    @api.depends("pos_order_ids", "line_ids.pos_order_line_id")
    def _compute_pos_order_count(self):
        for visit in self:
            visit.pos_order_count = len(visit.sudo()._get_pos_orders())

    def _get_pos_orders(self):
        """Return the orders that name these visits, and those that paid for what was done in them."""
        return self.pos_order_ids | self.line_ids.pos_order_line_id.order_id

    @api.depends("partner_id")
    def _compute_alert(self):
        alerts = self.partner_id._get_salon_alerts()
        for visit in self:
            visit.alert = alerts.get(visit.partner_id.id)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_salon_values(vals)
        visits = super().create(vals_list)
        visits.partner_id._make_salon_clients()
        return visits

    def write(self, vals):
        self._check_not_locked()
        self._check_salon_values(vals)
        if any(visit.event_id and vals.get("partner_id", visit.partner_id.id) != visit.partner_id.id for visit in self):
            raise UserError(self.env._("The client of a booked visit is the one who was booked."))
        result = super().write(vals)
        if "partner_id" in vals:
            self._check_safety(self.line_ids.product_id)
        return result

    def _check_safety(self, products, step="visit"):
        """Refuse to put a client into services that they may not have (invariant 4).

        What the system itself notes is no wish but what is booked, or was paid for at the till: a booking is asked when
        its service begins, and a sale is never lost.
        """
        if self.env.su:
            return
        for visit in self:
            wanted = [(visit.partner_id.id, product_id) for product_id in (visit.line_ids.product_id & products).ids]
            safety = self.env["salon.safety"]
            if unknown := safety._explain_unknown(wanted):
                raise ValidationError(unknown)
            safety._refuse(wanted, visit.company_id, visit.date, step)

    def _check_salon_values(self, vals):
        """Refuse what only closing a visit sets, and a client whom a stylist does not serve.

        Else a stylist could lengthen the correction period, or read any client's file by way of a visit.
        """
        if self.env.su:
            return
        if vals.get("state", "open") != "open" or vals.get("done_at") or vals.get("locked_at"):
            raise UserError(self.env._("A visit is closed by its button or at the till. Use one of them."))
        self._check_date(vals)
        if self.env.user.has_group("salon_crm.group_salon_reception"):
            return
        partner = self.env["res.partner"].browse(vals.get("partner_id") or [])
        file = self.env["salon.client.file"].sudo().search([("partner_id", "=", partner.id)])
        if file and not file.with_env(self.env).has_access("read"):
            raise UserError(
                self.env._("You have not served %s before. Ask the front desk to open this visit.", partner.name)
            )

    def _check_date(self, vals):
        """Refuse a day that is not about now: what a client may have is asked of the day of the visit."""
        date, now = fields.Datetime.to_datetime(vals.get("date") or False), fields.Datetime.now()
        if date and not now - NOTED_LATE <= date <= now + CLOCKS_DIFFER and not self.env.user.has_group(MANAGER):
            raise UserError(
                self.env._(
                    "A visit is noted when it takes place, or within %s days. Ask a manager to note an earlier one.",
                    NOTED_LATE.days,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        if any(visit.state == "done" for visit in self):
            raise UserError(self.env._("A visit that is done stays. Correct it instead, or note what was wrong."))

    def _check_not_locked(self):
        """Say in words what the database would refuse."""
        if locked := self.filtered("is_locked")[:1]:
            raise UserError(
                self.env._(
                    "The visit %(visit)s was closed and its correction period is over: it can't be changed any more."
                    " Make a new visit that says what is right.",
                    visit=locked.display_name,
                )
            )

    def action_done(self):
        """Close the visit, also one that sold nothing (a consultation)."""
        self.check_access("write")
        if not self.env.su:  # a sale that the till closes is never lost
            # The services of who has only arrived begin and end with this.
            arrived = self.sudo().event_id.filtered(lambda booking: booking.salon_state == "arrived")
            arrived.with_env(self.env)._check_safety("start")
        self.filtered(lambda visit: visit.state == "open")._mark_done()

    def _has_begun(self):
        """Tell whether the service that was booked has begun: what it needs was asked then."""
        return self.sudo().event_id.salon_state in ("in_service", "done")

    def _mark_done(self):
        """Close these open visits; other addons listen here to what a done visit brings about."""
        now = fields.Datetime.now()
        self.sudo()._finish_booked_lines()
        for company, visits in self.sudo().grouped("company_id").items():
            locked_at = now + timedelta(hours=company.salon_correction_hours)
            visits.write({"state": "done", "done_at": now, "locked_at": locked_at})
        # Several guests of one booking: it is done with the last of them.
        bookings = self.sudo().event_id.filtered(
            lambda booking: set(booking.salon_visit_ids.mapped("state")) == {"done"}
        )
        bookings.filtered(lambda booking: "done" in NEXT_STATES[booking.salon_state])._salon_set_state("done")

    def _finish_booked_lines(self):
        """What was booked for these guests is over, whoever else of their booking is still being served."""
        lines = self.env["salon.booking.line"]
        for visit in self.filtered("event_id"):
            lines |= visit.event_id._salon_lines_by_guest().get(visit.partner_id, lines.browse())
        lines._finish()
        begun = self.line_ids.filtered(lambda line: line.started_at and not line.finished_at)
        begun.finished_at = fields.Datetime.now()

    def action_book_next(self):
        """Open a booking for the next visit: the same services and stylists, when they are due again."""
        self.ensure_one()
        self.check_access("read")
        booking = self.sudo().event_id
        if booking and self.line_ids.product_id <= booking.salon_line_ids.product_id | booking.salon_line_ids.addon_ids:
            lines = booking._salon_lines_by_guest().get(self.partner_id, booking.salon_line_ids.browse())
            values = lines._prepare_copy_values(as_client=True)
        else:
            values = self.line_ids._prepare_booking_lines()
        bookings = self.env["calendar.event"]
        return bookings._salon_next_booking(self.partner_id, self.company_id, values, booking.start or self.date)

    def action_view_orders(self):
        """Show what was paid for this visit."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("point_of_sale.action_pos_pos_form")
        action["domain"] = [("id", "in", self.sudo()._get_pos_orders().ids)]
        return action

    def _action_open(self):
        """Return the action that shows this visit, or these."""
        action = {"type": "ir.actions.act_window", "res_model": "salon.visit", "name": self.env._("Visit")}
        if len(self) == 1:
            return {**action, "view_mode": "form", "res_id": self.id}
        return {**action, "view_mode": "list,form", "domain": [("id", "in", self.ids)]}

    @api.model
    def _get_till_visits(self, partner, company):
        """Return the visits that `partner` has to pay for: of the last day, open or with something unpaid.

        That is one of their own, and those of the other guests of bookings that they made. A visit that was forgotten
        open stays for the manager to close: today's sale is not what was done then.
        """
        if not partner:
            return self.browse()
        visits = self.search(
            [
                ("company_id", "=", company.id),
                ("date", ">", fields.Datetime.now() - timedelta(days=1)),
                "|",
                ("partner_id", "=", partner.id),
                ("event_id.salon_client_id", "=", partner.id),
                "|",
                ("state", "=", "open"),
                "&",
                ("locked_at", ">", fields.Datetime.now()),
                ("line_ids.pos_order_line_id", "=", False),
            ]
        ).sorted(lambda visit: visit.state != "open")
        own = visits.filtered(lambda visit: visit.partner_id == partner)
        return own[:1] | (visits - own)

    # The till ---------------------------------------------------------------------------------------

    @api.model
    def _load_pos_data_domain(self, data, config):
        return False  # a client's own, when the client is chosen

    @api.model
    def _load_pos_data_fields(self, config):
        return ["partner_id", "partner_name", "state", "line_ids"]

    @api.model
    def load_till_visit(self, partner_id, config_id):
        """Return what the till shows of a client: the visits to pay for, with their unpaid services and their prices.

        What another unpaid order has taken over already is left out: else two tills would charge for it.

        :param int partner_id: the client chosen at the till; who booked for several guests pays for all of them
        :param int config_id: the till
        :return dict: records by model, as the till's own loading returns them; the client's own visit comes first
        """
        self.env["pos.config"].browse(config_id).check_access("read")
        config = self.env["pos.config"].sudo().browse(config_id)
        partner = self.env["res.partner"].browse(partner_id)
        visits = self.sudo()._get_till_visits(partner, config.company_id)
        lines = visits.line_ids.filtered(lambda line: not line.pos_order_line_id)
        if lines:
            in_other_orders = [("salon_visit_line_id", "in", lines.ids), ("order_id.state", "=", "draft")]
            lines -= self.env["pos.order.line"].sudo().search(in_other_orders).salon_visit_line_id
        stylists = self.env["hr.employee.public"].sudo().browse(lines.stylist_public_id.ids)
        # What changed since the till was opened: prices and levels of these services and stylists.
        variations = self.env["salon.service.variation"].sudo()
        variations = variations.search_fetch(
            [("product_tmpl_id.product_variant_ids", "in", lines.product_id.ids)],
            variations._load_pos_data_fields(config),
        )
        return {
            records._name: records._load_pos_data_read(records, config)
            for records in (visits, lines, stylists, variations)
        }

    def _salon_take_payment(self, order_lines, closing):
        """Note on this visit which till lines paid for what; return whether that closes it.

        :param bool closing: close it even if nothing of what stood in it was paid: the cashier chose it
        """
        self.ensure_one()
        unpaid = self.line_ids.filtered(lambda line: not line.pos_order_line_id)
        untouched = bool(unpaid)
        for order_line in order_lines - self.line_ids.pos_order_line_id:
            visit_line = unpaid.filtered(lambda line, sold=order_line: line._is_paid_by(sold))[:1]
            unpaid -= visit_line
            untouched = untouched and not visit_line
            if visit_line:
                visit_line.write({"pos_order_line_id": order_line.id, "quantity": order_line.qty})
            else:
                self.env["salon.visit.line"].sudo().create(
                    {**order_line._prepare_salon_visit_line_values(), "visit_id": self.id}
                )
        return closing or not untouched
