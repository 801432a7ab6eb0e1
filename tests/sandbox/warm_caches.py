"""What Odoo remembers of the database stays from one test to the next, where it is still true.

After each test Odoo forgets all of it: access rights, routes, compiled templates, and the next test computes them
anew, which for a small test is most of the work. But a test's changes are rolled back, so what was remembered before
it holds after it; and what was remembered during it holds too, in a cache that nothing cleared meanwhile: whoever
changes what a cache was computed from clears it (`Registry.clear_cache`), or Odoo itself would be wrong.
"""


def keep_caches():
    """Have the tests of this process, and their classes, keep what Odoo remembers."""
    from odoo.modules.registry import Registry
    from odoo.tests.common import TransactionCase, get_db_name

    set_up_class, set_up = TransactionCase.setUpClass.__func__, TransactionCase.setUp

    # Cleanups run in the reverse order: the one that Odoo adds, and which clears, lies between our two.
    def setUpClass(cls):
        memory = Memory(Registry(get_db_name()))
        cls.addClassCleanup(memory.restore)
        set_up_class(cls)
        cls.addClassCleanup(memory.take)

    def setUp(self):
        memory = Memory(self.registry)
        self.addCleanup(memory.restore)
        set_up(self)
        self.addCleanup(memory.take)

    TransactionCase.setUpClass, TransactionCase.setUp = classmethod(setUpClass), setUp


class Memory:
    """The caches of a registry as they were before something that is rolled back."""

    def __init__(self, registry):
        """Keep what is in the caches now, and mark each: the mark lies in it until somebody clears it."""
        self.caches = registry._Registry__caches
        self.kept = {name: cache.snapshot for name, cache in self.caches.items()}
        for cache in self.caches.values():
            cache[self] = None

    def take(self):
        """Keep what is in the caches that nothing cleared."""
        for name, cache in self.caches.items():
            if cache.pop(self, "gone") is None:
                self.kept[name] = cache.snapshot

    def restore(self):
        """Put back what was kept, marks of who is around us included."""
        for name, cache in self.caches.items():
            cache.clear()
            for key, value in self.kept[name].items():
                cache[key] = value
