"""What is done is committed, as in life: for tests on a database of their own."""
import contextlib
import threading


@contextlib.contextmanager
def environment(registry):
    """Give the superuser's environment on a connection of its own; commit at the end, unless something was raised."""
    import odoo

    with registry.cursor() as cr:
        yield odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})


def run_at_once(work, connections):
    """Run `work(seed)` in as many threads as there are connections, to the end; return what they raised.

    Who comes second is told so by the database, waits, and tries again: that it was refused is nothing to log.
    """
    from odoo.tools import mute_logger

    errors = []

    def run(seed):
        try:
            work(seed)
        except BaseException as error:
            errors.append(error)
            raise

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(connections)]
    with mute_logger("odoo.sql_db"):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return errors


def open_till(env, facts):
    """Open one more till that takes what the first one takes, but for cash; return `facts` as of this one.

    Core numbers the orders of one till one after the other: who comes second is refused and waits for seconds. Tills
    that stand side by side meet at their clients alone.
    """
    first = env["pos.config"].browse(facts["config"])
    methods = first.payment_method_ids.filtered(lambda method: not method.is_cash_count)
    config = env["pos.config"].create(
        {"name": "Another till", "journal_id": first.journal_id.id, "payment_method_ids": [(6, 0, methods.ids)]}
    )
    session = env["pos.session"].create({"config_id": config.id, "user_id": env.uid})
    session.set_opening_control(0, "")
    return {**facts, "config": config.id, "session": session.id}
