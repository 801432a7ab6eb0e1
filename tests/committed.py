"""What is done is committed, as in life: for tests on a database of their own."""
import contextlib


@contextlib.contextmanager
def environment(registry):
    """Give the superuser's environment on a connection of its own; commit at the end, unless something was raised."""
    import odoo

    with registry.cursor() as cr:
        yield odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
