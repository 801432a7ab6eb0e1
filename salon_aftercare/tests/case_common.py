from odoo.tests import new_test_user

from .common import AftercareCommon

STEP = "salon_aftercare.mail_activity_type_case_step"
ALERT = "salon_aftercare.mail_activity_type_case_alert"


class CaseCommon(AftercareCommon):
    """The salon with the rules that come with the addon, and nobody but its manager to alert."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = cls.env.ref("salon_crm.group_salon_manager")
        group.user_ids = [(6, 0, cls.manager.ids)]
        cls.manager.write({"email": "manager@example.com", "phone": "+86 139 0000 9999"})
        cls.env["salon.case.rule"].search([]).company_id = False
        cls.cause = cls.env.ref("salon_aftercare.salon_case_cause_service_result")

    @classmethod
    def _second_manager(cls):
        return new_test_user(cls.env, "salon_manager_2", "salon_crm.group_salon_manager", email="second@example.com")

    @classmethod
    def _case(cls, kind="complaint", user=None, **values):
        """Open a case as the manager, or as `user`: a complaint of a client who has gone, if nothing else is said."""
        values = {"name": "Colour too red", "kind": kind, "place": "away", **values}
        if kind in ("complaint", "incident") and "visit_id" not in values:
            values.setdefault("partner_id", cls.client.id)
        if kind == "incident":
            values.setdefault("incident_kind", "burn")
        if kind == "equipment":
            values.setdefault("station_id", cls.chair.id)
        return cls.env["salon.case"].with_user(user or cls.manager).create(values)

    def _activities(self, case, xmlid=STEP):
        return case.sudo()._of_type(xmlid)

    def _finish(self, case):
        """Take a complaint to its end."""
        case.write({"answer": "Sorry!", "remedy": "apology"})
        case.action_answer()
        case.action_propose()
        case.action_agree()
        case.action_solve()
        case.write({"handling_reached": "yes", "handling_rating": "5", "cause_id": self.cause.id})
        case.action_called()
        case.action_close()
