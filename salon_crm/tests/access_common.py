from odoo.tests import new_test_user

OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}


class AccessMatrix:
    """For test classes: every model of an addon has a line in a table, and every role what the line says.

    A line has five columns: stylist, reception, manager, accountant, and any other internal user. Clients with an
    account and visitors have no right on any model: their pages do what they may.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(cls.env, "matrix_accountant", "account.group_account_user")
        cls.portal_user = new_test_user(cls.env, "matrix_portal", "base.group_portal")
        cls.visitor = new_test_user(cls.env, "matrix_visitor", "base.group_public")

    def _assert_matrix(self, addon, matrix):
        """Check all models of `addon`, dialogs included, against {model: (rights of each role)}."""
        own = {
            name
            for name, model in self.env.registry.items()
            if name.startswith("salon.") and model._original_module == addon and not model._abstract
        }
        self.assertEqual(own, set(matrix), "Each model has a line here: say who may do what.")
        roles = (self.stylist_user, self.reception, self.manager, self.accountant, self.plain_user)
        for model, rights in matrix.items():
            for user, expected in zip(roles, rights, strict=True):
                self.assertEqual(self._rights(model, user), expected, f"{model} as {user.login}")
            for user in (self.portal_user, self.visitor):
                self.assertEqual(self._rights(model, user), "----", f"{model} as {user.login}")

    def _rights(self, model, user):
        records = self.env[model].with_user(user)
        return "".join(letter if records.has_access(name) else "-" for letter, name in OPERATIONS.items())
