"""Test classes that stand on the same common class share what it sets up.

A salon with its till and its books takes seconds to set up, and some two hundred classes begin with one. So the set-up
of a common class (one of ours that has no tests itself) runs once, on a class of its own, the ground, whose transaction
stays open: its clock, PostgreSQL's now(), stands at its beginning. Each test class gets what the ground holds and works
behind a savepoint, to which the database goes back when the class is done; grounds stand on grounds in the same way. A
class that the ground might not fit, as it changes what the set-up asks for, sets up for itself, and so does every class
under Odoo's own runner.
"""
import copy
import re

from .warm_caches import Memory

OURS = re.compile(r"^odoo\.addons\.salon_\w+\.tests\b")
wrapped = set()  # the common classes that are shared
stack = []  # of grounds, each standing on the one before


def common_bases(cls):
    """Return the common classes that a test class stands on, the most special first."""
    return [base for base in cls.__mro__[1:] if OURS.match(base.__module__) and not _has_tests(base) and _sets_up(base)]


def grounds(cls):
    """Return what names the grounds that a class can stand on; None stands for a test that has no class."""
    return {_tail(cls, base) for base in common_bases(cls) if _fits(cls, base)} if cls else set()


def prepare(cls):
    """Have a class's tests find the grounds it can stand on; None stands for a test that has no class."""
    for base in common_bases(cls) if cls else ():
        if base not in wrapped:
            wrapped.add(base)
            _wrap(base)
    if not cls or not common_bases(cls):
        drop()


def share_ground():
    """Have who opens a transaction of its own end the shared one first: they could wait for each other for ever."""
    from odoo.tests.common import TransactionCase

    set_up = TransactionCase.setUpClass.__func__

    def setUpClass(cls):
        drop()
        set_up(cls)

    TransactionCase.setUpClass = classmethod(setUpClass)


def drop(depth=0):
    """End all grounds but the first `depth`."""
    while len(stack) > depth:
        stack.pop().end()


class Ground:
    """What a common class set up, and the open transaction in which that lies."""

    def __init__(self, tail, set_up):
        """Set up what the first class of `tail` does, where the others come after it."""
        self.tail = tail
        self.holder = type("Ground", tail, {"__module__": tail[0].__module__})
        own = set(vars(self.holder))
        try:
            set_up(self.holder)
        except BaseException:
            self.end()
            raise
        self.names = set(vars(self.holder)) - own
        stack.append(self)

    def end(self):
        """Undo all of it."""
        # Of what is patched by now, some belongs to the class that comes next.
        self.holder._class_cleanups = [
            cleanup for cleanup in self.holder._class_cleanups if cleanup[0].__name__ != "check_remaining_patchers"]
        self.holder.doClassCleanups()
        for _kind, error, trace in self.holder.tearDown_exceptions:
            raise error.with_traceback(trace)

    def carry(self, cls):
        """Give a class what is set up, until it is done."""
        for name in self.names:
            value = vars(self.holder)[name]
            setattr(cls, name, copy.copy(value) if isinstance(value, (dict, list, set)) else value)
        # Classes that stand on this one must find what the ground gives them, not what it gave this one.
        cls.addClassCleanup(self._take_back, cls)
        cls.addClassCleanup(Stay(self.holder).leave)

    def _take_back(self, cls):
        for name in self.names & set(vars(cls)):
            delattr(cls, name)


class Stay:
    """A class's time on a ground: how all was before it, to make it so again."""

    def __init__(self, holder):
        """Note it; what is not in the database yet goes there."""
        from odoo.sql_db import Savepoint

        holder.env.flush_all()
        self.holder, self.cr, self.transaction = holder, holder.cr, holder.env.transaction
        self.environments, self.default = list(self.transaction.envs), self.transaction.default_env
        self.callbacks = [(kind, kind._funcs.copy(), copy.deepcopy(kind.data)) for kind in (
            self.cr.precommit, self.cr.postcommit, self.cr.prerollback, self.cr.postrollback)]
        self.memory = Memory(holder.registry)
        self.savepoint = Savepoint(self.cr)

    def leave(self):
        """Make it so again; where the class changed models and fields, the ground ends."""
        if self.cr.closed:
            return  # the run has ended, and with it every transaction
        self.memory.take()
        self.savepoint.close()
        for kind, functions, data in self.callbacks:
            kind._funcs, kind.data = functions, data
        self.transaction.envs.clear()
        self.transaction.envs.update(self.environments)
        for environment in self.environments:
            environment.clear()
        self.transaction.default_env = self.default
        self.memory.restore()
        registry = self.holder.registry
        if registry.registry_invalidated or registry.registry_sequence != self.holder.registry_start_sequence:
            drop()


def _wrap(base):
    """Have classes that stand on `base` share its set-up."""
    own = vars(base).get("setUpClass")

    def set_up(cls):
        if own:
            own.__func__(cls)
        else:
            super(base, cls).setUpClass()

    def setUpClass(cls):
        if not _fits(cls, base):
            return set_up(cls)
        tail = _tail(cls, base)
        for depth, ground in enumerate(stack, 1):
            if ground.tail == tail:
                drop(depth)
                break
        else:
            ground = Ground(tail, set_up)
        return ground.carry(cls)

    base.setUpClass = classmethod(setUpClass)


def _has_tests(base):
    return any(name.startswith("test_") and callable(getattr(base, name)) for name in dir(base))


def _sets_up(base):
    """Return whether a class has a part in a set-up: one of its own, or something that another's asks for."""
    return "setUpClass" in vars(base) or bool(_changed(base.__mro__[:1], base.__mro__[1:]))


def _tail(cls, base):
    return cls.__mro__[cls.__mro__.index(base):]


def _fits(cls, base):
    """Return whether the set-up of `base` comes out the same for a class: it changes nothing that is asked for."""
    tail = _tail(cls, base)
    return not _changed(cls.__mro__[:-len(tail)], tail)


def _changed(classes, others):
    """Return the names that `others` know and `classes` give another meaning."""
    theirs = {name for one in others for name in vars(one)}
    ours = {name for one in classes for name in vars(one)}
    return {name for name in ours & theirs if not name.startswith("__")} - OWN


# What a class may have of its own on any ground; the last are made by Python, pytest and Odoo.
OWN = {"setUpClass", "setUp", "tearDown", "tearDownClass", "browser_size", "touch_enabled",
       "_class_cleanups", "_classSetupFailed", "test_tags", "test_module", "test_sequence", "pytestmark"}
