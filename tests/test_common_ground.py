"""What test classes share: the set-up of a common class, and what Odoo remembers of the database."""
import types
import unittest

import pytest

from sandbox import common_ground
from sandbox.warm_caches import Memory


def _remembers(env, key):
    return env["ir.config_parameter"].sudo().get_param(key)


@pytest.fixture
def common():
    """A common class that makes a partner, as one in an addon's tests/common.py would."""
    from odoo.tests.common import TransactionCase

    class Common(TransactionCase):
        made = 0
        name = "Common Client"

        @classmethod
        def setUpClass(cls):
            super().setUpClass()
            Common.made += 1
            cls.partner = cls.env["res.partner"].create({"name": cls.name})
            cls.facts = {"visits": 1}

    Common.__module__, Common.test_tags = "odoo.addons.salon_crm.tests.common", {"post_install"}
    common_ground.drop()
    yield Common
    common_ground.drop()


def _begin(base, title, **body):
    cls = type(title, (base,), {"__module__": "odoo.addons.salon_crm.tests.test_it", **body})
    common_ground.prepare(cls)
    cls.setUpClass()
    return cls


def test_classes_share_what_is_set_up_and_nothing_that_they_do(common):
    """Neither rows nor records, parameters nor facts of one class reach the next."""
    first = _begin(common, "First")
    partner = first.partner
    partner.name = "First Client"
    first.env["res.partner"].create({"name": "Only First"})
    first.env["ir.config_parameter"].sudo().set_param("salon.ground", "first")
    assert _remembers(first.env, "salon.ground") == "first"
    first.facts["visits"] = 2
    first.doClassCleanups()

    second = _begin(common, "Second")
    assert (common.made, second.partner, second.partner.name) == (1, partner, "Common Client")
    assert not second.env["res.partner"].search_count([("name", "=", "Only First")])
    assert not _remembers(second.env, "salon.ground")
    assert second.facts == {"visits": 1}
    second.doClassCleanups()
    assert not second.tearDown_exceptions


def test_a_class_that_changes_what_the_set_up_asks_for_sets_up_for_itself(common):
    """It would get another salon than it says."""
    first = _begin(common, "First")
    first.doClassCleanups()
    other = _begin(common, "Other", name="Other Client")
    assert (common.made, other.partner.name) == (2, "Other Client")
    assert not common_ground.stack, "two transactions are open, and could wait for each other"
    assert not other.env["res.partner"].search_count([("name", "=", "Common Client")])
    other.doClassCleanups()


def test_a_class_that_stands_on_a_class_with_tests_shares_too(common):
    """It inherits what its parent's ground gave that one, unless that is taken back."""
    first = _begin(common, "First", test_it=lambda self: None)
    first.doClassCleanups()
    assert "partner" not in vars(first)
    second = _begin(first, "Second")
    assert (common.made, second.partner.name) == (1, "Common Client")
    second.doClassCleanups()
    assert not second.tearDown_exceptions


def test_grounds_stand_on_grounds(common):
    """A common class that stands on another keeps that one's ground, and ends before it."""
    class Special(common):
        @classmethod
        def setUpClass(cls):
            super().setUpClass()
            cls.child = cls.env["res.partner"].create({"name": "Child", "parent_id": cls.partner.id})

    Special.__module__ = "odoo.addons.salon_crm.tests.special"
    first = _begin(Special, "First")
    assert first.child.parent_id == first.partner
    assert len(common_ground.stack) == 2
    first.doClassCleanups()
    second = _begin(common, "Second")
    assert (common.made, len(common_ground.stack)) == (1, 1)
    assert not second.env["res.partner"].search_count([("name", "=", "Child")])
    second.doClassCleanups()
    common_ground.prepare(unittest.TestCase)
    assert not common_ground.stack


def test_a_failing_set_up_leaves_no_transaction_open(common):
    """The next class begins anew."""
    class Broken(common):
        @classmethod
        def setUpClass(cls):
            super().setUpClass()
            raise ValueError("broken")

    Broken.__module__ = "odoo.addons.salon_crm.tests.broken"
    with pytest.raises(ValueError, match="broken"):
        _begin(Broken, "First")
    assert [ground.tail[0] for ground in common_ground.stack] == [common]
    second = _begin(common, "Second")
    assert second.partner.name == "Common Client"
    second.doClassCleanups()


def test_what_was_remembered_stays_unless_somebody_cleared_it():
    """A cache that was cleared goes back to what it held; another keeps what came."""
    from odoo.tools.lru import LRU

    kept, cleared = LRU(9, [("a", 1)]), LRU(9, [("b", 2)])
    around = Memory(types.SimpleNamespace(_Registry__caches={"kept": kept, "cleared": cleared}))
    within = Memory(types.SimpleNamespace(_Registry__caches={"kept": kept, "cleared": cleared}))
    kept["new"] = 3
    cleared.clear()
    cleared["changed"] = 4
    within.take()
    for cache in (kept, cleared):
        cache.clear()  # as Odoo does after each test
    within.restore()
    around.take()
    around.restore()
    assert (kept.snapshot, cleared.snapshot) == ({"a": 1, "new": 3}, {"b": 2})
