from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ..tools.frame import local_day

STYLISTS = "salon_crm.group_salon_stylist"
MANAGERS = "salon_crm.group_salon_manager"
FROZEN = {"file_id", "product_line_id", "applied_at", "result"}
CLOCKS_DIFFER = timedelta(minutes=10)
NOTED_LATE = timedelta(days=1)  # so much later a stylist may note a test: less than what a test has to wait


class SalonPatchTest(models.Model):
    """A skin test with one brand or product line, and what came of it.

    It holds from some hours after it (48) to the end of the same day some months later (6), by the settings of the
    company that serves the client. The hours are real ones: a change of the clocks makes them neither more nor fewer.
    A reaction blocks the line for good: the database keeps it, and a manager's exception alone gets past it.

    What was seen is health text, and lies in a health note (invariant 11). The front desk reads whether a test holds
    and until when, not what came of it.

    Personal data: the client file. Merged files keep the tests of both; erasing a client deletes theirs.
    """

    _name = "salon.patch.test"
    _description = "Patch Test"
    _order = "applied_at desc, id desc"

    file_id = fields.Many2one("salon.client.file", string="Client", required=True, ondelete="restrict", index=True)
    product_line_id = fields.Many2one(
        "salon.product.line", string="Brand or Product Line", required=True, ondelete="restrict", index=True
    )
    applied_at = fields.Datetime(required=True, default=fields.Datetime.now, copy=False)
    employee_id = fields.Many2one(
        "hr.employee",
        string="Applied By",
        ondelete="restrict",
        default=lambda self: self.env.user.employee_id,
        domain="[('is_salon_stylist', '=', True)]",
    )
    result = fields.Selection(
        [("pending", "Pending"), ("clear", "Clear"), ("reaction", "Reaction")],
        string="Test Result",
        required=True,
        default="pending",
        copy=False,
        groups=STYLISTS,
        help="A reaction blocks every service with this line for good.",
    )
    seen = fields.Text(
        string="What Was Seen", store=False, help="It is kept encrypted among the health notes of the client."
    )
    state = fields.Selection(
        [
            ("pending", "Waits for the Result"),
            ("early", "Valid Soon"),
            ("valid", "Valid"),
            ("expired", "Expired"),
            ("blocked", "Not Possible"),
        ],
        compute="_compute_state",
        compute_sudo=True,
    )
    valid_from = fields.Datetime(compute="_compute_state", compute_sudo=True)
    valid_until = fields.Date(compute="_compute_state", compute_sudo=True, help="The last day on which it holds.")

    @api.private
    def init(self):
        """Have the database itself keep reactions."""
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION salon_keep_reaction() RETURNS trigger AS $$
            BEGIN
                -- Erasure and merging lift this for their own transaction, by their own procedures.
                IF current_setting('salon.unlock', true) = 'on' OR OLD.result != 'reaction' THEN
                    RETURN COALESCE(NEW, OLD);
                END IF;
                IF TG_OP = 'DELETE' OR (NEW.result, NEW.file_id, NEW.product_line_id, NEW.applied_at)
                    IS DISTINCT FROM (OLD.result, OLD.file_id, OLD.product_line_id, OLD.applied_at) THEN
                    RAISE EXCEPTION 'patch test % showed a reaction and stays', OLD.id
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER salon_patch_test_keep BEFORE UPDATE OR DELETE ON salon_patch_test
            FOR EACH ROW EXECUTE FUNCTION salon_keep_reaction()
            """
        )
        return super().init()

    @api.depends("product_line_id", "applied_at")
    def _compute_display_name(self):
        for test in self:
            day = test.applied_at and format_date(self.env, fields.Datetime.context_timestamp(test, test.applied_at))
            test.display_name = " · ".join(filter(None, (test.product_line_id.name, day)))

    @api.depends("applied_at", "result")
    @api.depends_context("company")
    def _compute_state(self):
        company, now = self.env.company, fields.Datetime.now()
        today = local_day(company._salon_timezone(), now)
        for test in self:
            test.valid_from, test.valid_until = company._salon_patch_test_span(test.applied_at or now)
            if test.result == "reaction":
                test.state = "blocked"
            elif test.valid_until < today:
                test.state = "expired"
            elif test.result == "pending":
                test.state = "pending"
            else:
                test.state = "early" if now < test.valid_from else "valid"

    @api.model_create_multi
    def create(self, vals_list):
        texts = [vals.get("seen") for vals in vals_list]
        tests = super().create([{name: vals[name] for name in vals if name != "seen"} for vals in vals_list])
        tests._check_applied()
        for test, text in zip(tests, texts, strict=True):
            test._note_seen(text)
        return tests

    def write(self, vals):
        self._check_may_change(vals)
        text = vals.get("seen")
        result = super().write({name: vals[name] for name in vals if name != "seen"})
        if "applied_at" in vals:
            self._check_applied()
        for test in self:
            test._note_seen(text)
        return result

    def _check_applied(self):
        now = fields.Datetime.now()
        if self.filtered(lambda test: test.applied_at > now + CLOCKS_DIFFER):
            raise UserError(self.env._("A patch test is noted when it is made. Correct the time."))
        # Who dates a test of today back would do the service before it holds.
        anytime = self.env.su or self.env.user.has_group(MANAGERS)
        if not anytime and self.filtered(lambda test: test.applied_at < now - NOTED_LATE):
            raise UserError(
                self.env._("A patch test that was made more than a day ago is noted by a manager. Ask one of them.")
            )

    def _check_may_change(self, vals):
        """Refuse to change what a result was noted of, and whose test it is.

        :raise UserError: it says what to do instead
        """
        if "file_id" in vals and self.filtered(lambda test: test.file_id.id != vals["file_id"]):
            raise UserError(self.env._("A patch test stays with its client. Note a new one in the other file."))
        for test in self.sudo():
            changed = {name for name in FROZEN & vals.keys() if test._fields[name].convert_to_cache(vals[name], test)
                       != test._fields[name].convert_to_cache(test[name], test)}  # fmt: skip
            if not changed or test.result == "pending":
                continue
            if test.result == "reaction":
                raise UserError(
                    self.env._("A reaction is noted for good. A manager can make an exception, with a reason.")
                )
            if not self.env.user.has_group(MANAGERS) and (changed != {"result"} or vals["result"] != "reaction"):
                raise UserError(self.env._("The result is noted already. Make a new test, or ask a manager."))

    def _note_seen(self, text):
        """Keep what was seen as a health note, encrypted."""
        if text and text.strip():
            content = {"kind": "skin", "text": f"{self.display_name}: {text.strip()}"}
            self.env["salon.health.note"].conceal(self.file_id.id, content, "incident")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_reaction(self):
        if self.sudo().filtered(lambda test: test.result == "reaction"):
            raise UserError(self.env._("A reaction is noted for good. A manager can make an exception, with a reason."))

    def action_clear(self):
        """Nothing was seen: the test holds from its time on."""
        self.write({"result": "clear"})

    # What they allow ----------------------------------------------------------------------------------------

    @api.model
    def _load(self, wanted, company):
        """Return the PatchTests that say who may have what, None where nothing of `wanted` needs a test.

        :param wanted: (partner id, product.product id) pairs
        :param company: res.company that serves, by whose settings tests hold
        """
        needs, templates = self._find_needs({product_id for client_id, product_id in wanted if client_id})
        clients = list({client_id for client_id, product_id in wanted if client_id and product_id in needs})
        if not clients:
            return None
        domain = [("file_id.partner_id", "in", clients)]
        made = self.sudo().search(domain).grouped(lambda test: (test.file_id.partner_id.id, test.product_line_id.id))
        exceptions = self.env["salon.override"].sudo().search(domain)
        exceptions = exceptions.grouped(lambda one: (one.file_id.partner_id.id, one.product_tmpl_id.id))
        return PatchTests(needs, templates, made, exceptions, company, company._salon_timezone())

    @api.model
    def _find_needs(self, product_ids):
        """Return {product id: ids of the lines of which it needs a test}, and {product id: id of its template}."""
        self.env["product.template"].flush_model(["salon_patch_test_line_ids"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT product.id, product.product_tmpl_id, array_agg(needed.product_line_id)
                  FROM salon_service_patch_test_rel needed
                  JOIN product_product product ON product.product_tmpl_id = needed.product_tmpl_id
                 WHERE product.id = ANY(%s)
                 GROUP BY 1
                """,
                list(product_ids),
            )
        )
        return (
            {product_id: sorted(line_ids) for product_id, _template_id, line_ids in rows},
            {product_id: template_id for product_id, template_id, _line_ids in rows},
        )


class PatchTests(NamedTuple):
    """The tests of some clients, and the exceptions that managers made for them."""

    needs: dict  # {product id: ids of product lines}
    templates: dict  # {product id: template id}
    made: dict  # {(partner id, line id): tests}
    exceptions: dict  # {(partner id, template id): salon.override}
    company: models.BaseModel
    zone: object

    def find(self, client_id, product_id, moment, ahead=False):
        """Return what speaks against a service at a moment: ("reaction" or "patch_test", line ids), None where nothing.

        :param datetime moment: naive UTC
        :param bool ahead: there is time to make the test until then, or to see what comes of one: that will do
        """
        found = self.find_all(client_id, product_id, moment, ahead)
        reacted = [line for line in found if self.reactions(client_id, line)]
        return ("reaction" if reacted else "patch_test", reacted or found) if found else None

    def find_all(self, client_id, product_id, moment, ahead=False):
        """Return the ids of all lines that speak against a service, by reaction or for want of a test; as `find`."""
        day = local_day(self.zone, moment)
        in_time = ahead and self.company._salon_patch_test_span(fields.Datetime.now())[0] <= moment
        return [
            line
            for line in self.needs.get(product_id, ())
            if not self.is_excepted(client_id, self.templates[product_id], line, day)
            and (self.reactions(client_id, line) or not (in_time or self.has(client_id, line, moment, pending=ahead)))
        ]

    def has(self, client_id, line, moment, pending=False):
        """Tell whether a client has a test that holds at a moment; `pending`: its result may still be unknown."""
        results, day = ("clear", "pending" if pending else "clear"), local_day(self.zone, moment)
        for test in self.made.get((client_id, line), ()):
            begins, last = self.company._salon_patch_test_span(test.applied_at)
            if test.result in results and begins <= moment and day <= last:
                return True
        return False

    def reactions(self, client_id, line):
        """Return the ids of the tests of a client that showed a reaction."""
        return sorted(test.id for test in self.made.get((client_id, line), ()) if test.result == "reaction")

    def is_excepted(self, client_id, template_id, line, day):
        """Tell whether a manager made an exception that knew of all reactions."""
        return any(
            override.valid_until >= day
            and (override.covers or {}).get(f"line:{line}") == self.reactions(client_id, line)
            for override in self.exceptions.get((client_id, template_id), ())
        )

    def state(self, client_id, product_id, moment):
        """Return how the tests for a service that is booked stand, for those who plan: "reaction", "needed" (to be made
        before), "pending" (made, waits for its result), or None where all hold then."""
        found = self.find(client_id, product_id, moment)
        if not found or found[0] == "reaction":
            return found and found[0]
        pending = all(self.has(client_id, line, moment, pending=True) for line in found[1])
        return "pending" if pending else "needed"
