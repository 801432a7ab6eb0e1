from odoo.tests import new_test_user, tagged

from .common import SalonCommon
from .health import HealthKeys


@tagged("post_install", "-at_install")
class TestAccessReview(HealthKeys, SalonCommon):
    """Once a year a manager looks at who looked."""

    def _look(self, user, files, times=1):
        for _time in range(times):
            self.env["salon.access.log"].with_user(user)._note(
                self.env["salon.health.note"], "notes", "read", "service", files=files
            )

    def _files(self, count):
        partners = self.env["res.partner"].create(
            [{"name": f"Client {number}", "is_salon_client": True} for number in range(count)]
        )
        return partners.salon_file_ids

    def _row(self, user):
        self.env.flush_all()
        self.env["salon.access.review"].invalidate_model()
        return self.env["salon.access.review"].search([("created_by", "=", user.id)])

    def test_who_looked_at_far_more_clients_than_others_of_the_role_is_marked(self):
        self.env.cr.execute("SELECT set_config('salon.unlock', 'on', true)")
        self.env.cr.execute("DELETE FROM salon_access_log")
        self.env.cr.execute("SELECT set_config('salon.unlock', 'off', true)")
        managers = [new_test_user(self.env, f"m{number}", "salon_crm.group_salon_manager") for number in range(3)]
        files = self._files(10)
        for manager in managers:
            self._look(manager, files[:2])
        self._look(managers[0], files, times=2)
        row, other = self._row(managers[0]), self._row(managers[1])
        self.assertEqual((row.role, row.clients, row.looks, row.unusual), ("manager", 10, 22, True))
        self.assertEqual((other.clients, other.median, other.unusual), (2, 2, False))

    def test_a_stylist_who_looked_at_clients_they_never_served_is_marked(self):
        self._book((self.cut, self.anna))
        self._look(self.stylist_user, self.client.salon_file_ids)
        self.assertEqual((self._row(self.stylist_user).never_served, self._row(self.stylist_user).unusual), (0, False))
        self._look(self.other_stylist_user, self.client.salon_file_ids)
        row = self._row(self.other_stylist_user)
        self.assertEqual((row.role, row.never_served, row.unusual), ("stylist", 1, True))

    def test_each_manager_is_asked_once_a_year(self):
        self._look(self.manager, self._files(1))
        activities = self.env["mail.activity"].with_context(active_test=False)
        mine = [("user_id", "=", self.manager.id), ("summary", "ilike", "Review who looked")]
        for _run in range(2):
            self.env["salon.access.review"].sudo()._cron_review()
            self.assertEqual(activities.search_count(mine), 1)
        activities.search(mine).unlink()
        self.env["salon.access.review"].sudo()._cron_review()
        self.assertFalse(activities.search_count(mine))
        self.manager.sudo().salon_review_year -= 1
        self.env["salon.access.review"].sudo()._cron_review()
        self.assertEqual(activities.search_count(mine), 1)
        self.assertFalse(
            activities.search([("user_id", "=", self.stylist_user.id), ("summary", "ilike", "Review who")])
        )

    def test_from_a_row_one_gets_to_what_was_looked_at(self):
        self._look(self.manager, self._files(2))
        action = self._row(self.manager).action_view_log()
        self.assertEqual(self.env["salon.access.log"].search_count(action["domain"]), 2)
