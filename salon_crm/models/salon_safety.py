from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.frame import local_day
from ..tools.spoken import spoken

# Where a client can be put into a service. At the desk a test may still be to come; whoever begins has it.
STEPS = ("book", "online", "visit", "start", "sale")


class Obstacle(NamedTuple):
    """Why a client may not have a service."""

    client_id: int
    product_id: int  # of product.product
    kind: str  # contraindication, reaction, patch_test, consent
    what_ids: tuple = ()  # the product lines that lack a test or are not borne, or the forms that are not signed
    step: str = "book"


class SalonSafety(models.AbstractModel):
    """May this client have this service then? All who put a client into a service ask here (invariant 4), and so does
    the search for free times: what it offers to a client who is known is not refused afterwards (invariant 3).

    What speaks against a service, as long as no manager made an exception for it:

    - a sensitivity that it names as a contraindication, and a reaction at a patch test: at each step;
    - no valid patch test of a line that it needs one for. Nobody begins it, has it noted in a visit, buys it or books
      it online without ("visit", "start", "sale", "online"). The front desk ("book") plans ahead: the test is made two
      days before the visit, so it books as long as a test that was made holds then or waits for its result, or there
      is still time to make one. Such a booking says that its test is needed, and is refused at the chair without it.
      Who is not known has none: nothing that needs one is noted for them or sold to them;
    - a consent that it needs and that is not signed: nothing begins without ("start"). Whatever else is planned or sold
      is only told that it is missing, and no exception takes the place of a signature.
    """

    _name = "salon.safety"
    _description = "What a Client May Have"

    @api.model
    def _finder(self, wanted, company, step, harmless=()):
        """Return a function of a moment (naive UTC) that returns the first Obstacle then, None where there is none.

        :param wanted: (partner id, product.product id) pairs; who is not known can be asked nothing of
        :param company: res.company that serves
        :param str step: of STEPS
        :param harmless: ids of the products that are known to speak against nobody (see Known in tools): of them the
            database need not be asked
        """
        wanted = [pair for pair in wanted if all(pair)]
        if not wanted:
            return lambda _moment: None
        guarded = [pair for pair in wanted if pair[1] not in harmless]
        allowed = self.env["salon.sensitivity"]._allowed_until(guarded)
        tests = self.env["salon.patch.test"]._load(guarded, company) if guarded else None
        consents = self.env["salon.consent"]
        asks = step == "start" and consents._find_needs({product_id for _client, product_id in wanted}, company)
        if not allowed and not tests and not asks:
            return lambda _moment: None
        zone = company._salon_timezone()

        def find(moment):
            day = local_day(zone, moment)
            for pair in wanted:
                if pair in allowed and day > allowed[pair]:
                    return Obstacle(*pair, "contraindication", step=step)
                if tests and (found := tests.find(*pair, moment, ahead=step == "book")):
                    return Obstacle(*pair, found[0], tuple(found[1]), step)
            for pair, forms in consents._find_missing(wanted, company, moment).items() if asks else ():
                return Obstacle(*pair, "consent", tuple(forms.ids), step)
            return None

        return find

    @api.model
    def _refuse(self, wanted, company, moment, step, harmless=()):
        """Refuse what a client may not have.

        :param: as `_finder` takes them
        :raise ValidationError: it tells what to do, and not what the client does not bear
        """
        if found := self._finder(wanted, company, step, harmless)(moment):
            raise ValidationError(self._refusal(found, company)["message"])

    @api.model
    def _explain_unknown(self, wanted):
        """Return the sentence for what is done for nobody in particular and needs a patch test, "" for nothing.

        :param wanted: (partner id or False, product.product id) pairs
        """
        products = {product_id for client_id, product_id in wanted if not client_id}
        needs = products and self.env["salon.patch.test"]._find_needs(products)[0]
        if not needs:
            return ""
        service = self.env["product.product"].sudo().browse(min(needs)).name
        return self.env._("“%s” needs a patch test of this client. Choose the client first.", service)

    @api.model
    def _refusal(self, found, company):
        """Return what this user is told of an Obstacle: "message", "service_id" (of product.template), "file_id"
        (False, or the file that tells this user more), "may_except" (bool, the user may make an exception) and
        optionally "why" (the method of the file that shows why) and "later" (bool, it is possible at a later time)."""
        refusal = self.env["salon.sensitivity"]._refusal(found.client_id, found.product_id)
        if found.kind == "reaction":
            return {**refusal, "why": "action_view_patch_tests"}
        if found.kind == "consent":
            return {**refusal, "message": self._explain_unsigned(found), "may_except": False}
        if found.kind == "patch_test":
            return {**refusal, "message": self._explain_missing(found, company), "later": found.step == "book"}
        return refusal

    @api.model
    def _explain_unsigned(self, found):
        """Return the sentence for a consent that is missing."""
        return self.env._(
            "“%(service)s” can't begin before %(client)s has signed: %(forms)s. Press “Sign Here” in the booking or the"
            " client file.",
            service=self.env["product.product"].sudo().browse(found.product_id).name,
            client=self.env["res.partner"].sudo().browse(found.client_id).name,
            forms=self._form_names(self.env["salon.consent.form"].browse(found.what_ids)),
        )

    @api.model
    def _form_names(self, forms):
        return ", ".join(forms.with_env(self.env).sudo().mapped("name"))

    @api.model
    def _explain_missing(self, found, company):
        """Return the sentence for a patch test that is missing."""
        service = self.env["product.product"].sudo().browse(found.product_id).name
        lines = self._line_names(found.what_ids)
        if found.step != "book":
            return self.env._(
                "“%(service)s” needs a valid patch test (%(lines)s), and this client has none. Ask a manager.",
                service=service,
                lines=lines,
            )
        begins = company._salon_patch_test_span(fields.Datetime.now())[0]
        return self.env._(
            "“%(service)s” needs a patch test (%(lines)s) %(hours)s hours before, and this client has none that is"
            " valid then. With a test made now it can be booked from %(begins)s on.",
            service=service,
            lines=lines,
            hours=company.salon_patch_test_hours,
            begins=spoken(self.env, begins, company._salon_timezone()),
        )

    @api.model
    def _line_names(self, line_ids):
        return ", ".join(self.env["salon.product.line"].sudo().browse(line_ids).mapped("name"))

    # For those who plan ---------------------------------------------------------------------------------------

    @api.model
    def _find_needs(self, wanted, company, now=False):
        """Return {record: [(kind, sentence), ...]} of what clients lack or do not bear, where there is any.

        :param dict wanted: {record: (partner id, product.product id) pairs}
        :param company: res.company that serves
        :param bool now: they are being served; else at the `start` of the record
        """
        pairs = [pair for its in wanted.values() for pair in its if all(pair)]
        allowed = self.env["salon.sensitivity"]._allowed_until(pairs)
        tests = self.env["salon.patch.test"]._load(pairs, company)
        asks = self.env["salon.consent"]._find_needs({product_id for _client, product_id in pairs}, company)
        zone, needs = company._salon_timezone(), {}
        for record, its in wanted.items() if allowed or tests or asks else ():
            moment = fields.Datetime.now() if now else record.start
            found = [self._need_of(pair, moment, zone, allowed, tests) for pair in its if all(pair) and moment]
            if asks and moment:
                found += self._consents_of(its, company, moment)
            if any(found):
                needs[record] = list(filter(None, found))
        return needs

    @api.model
    def _consents_of(self, wanted, company, moment):
        """Return ("consent", sentence) for each client who has forms to sign."""
        missing = {}
        for (client_id, _product_id), forms in self.env["salon.consent"]._find_missing(wanted, company, moment).items():
            missing[client_id] = missing.get(client_id, forms) | forms
        several = len({client_id for client_id, _product_id in wanted}) > 1
        return [
            (
                "consent",
                self.env._("Consent missing: %s.", self._form_names(forms))
                if not several
                else self.env._(
                    "Consent of %(client)s missing: %(forms)s.",
                    client=self.env["res.partner"].sudo().browse(client_id).name,
                    forms=self._form_names(forms),
                ),
            )
            for client_id, forms in missing.items()
        ]

    @api.model
    def _need_of(self, pair, moment, zone, allowed, tests):
        """Return (kind, sentence) for one pair of `_find_needs`, None where nothing is missing."""
        client_id, product_id = pair
        service = self.env["product.product"].sudo().browse(product_id).name
        state = tests.state(client_id, product_id, moment) if tests else None
        if state == "reaction" or (pair in allowed and local_day(zone, moment) > allowed[pair]):
            return "reaction", self.env._("“%s” is not possible for this client. Ask a manager.", service)
        if not state:
            return None
        lines = self._line_names(tests.find(client_id, product_id, moment)[1])
        if state == "pending":
            text = self.env._(
                "The patch test for “%(service)s” (%(lines)s) waits for its result.", service=service, lines=lines
            )
        else:
            text = self.env._("“%(service)s” needs a patch test (%(lines)s).", service=service, lines=lines)
        return state, text
