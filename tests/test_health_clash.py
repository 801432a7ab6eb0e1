"""A client is erased while somebody writes of their health: real connections, real commits."""
import threading

import pytest


def _as_manager(cr):
    import odoo

    env = odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
    return env(user=env.ref("base.user_admin"))


def _conceal(env, file_id, text):
    return env["salon.health.note"].conceal(file_id, {"kind": "note", "text": text})


@pytest.fixture
def salon(database):
    """A registry, and the id of a client file with a health note."""
    from odoo.modules.registry import Registry

    registry = Registry(database)
    with registry.cursor() as cr:
        env = _as_manager(cr)
        file = env["res.partner"].create({"name": "Clara", "is_salon_client": True}).salon_file_ids
        _conceal(env, file.id, "first")
    return registry, file.id


@pytest.mark.template("salon")
def test_what_is_written_while_the_client_is_erased_goes_with_the_rest(salon):
    """Else it would lie there, opened by no key, and hide all that is written later."""
    from odoo.service.model import retrying
    from odoo.tools import mute_logger

    registry, file_id = salon
    # That they meet is meant, and logged.
    with mute_logger("odoo.sql_db"), registry.cursor() as writing, registry.cursor() as erasing:
        erasing.execute("SELECT 1 FROM res_partner")  # its transaction has begun, and sees no later note
        env = _as_manager(erasing)
        _conceal(_as_manager(writing), file_id, "second")

        def erase():
            env["salon.client.file"].browse(file_id)._erase_health()
            return True

        thread = threading.Thread(target=retrying, args=(erase, env))
        thread.start()
        writing.commit()
        thread.join()
        erasing.commit()
    with registry.cursor() as cr:
        env = _as_manager(cr)
        assert not env["salon.health.note"].sudo().search([("file_id", "=", file_id)])
        _conceal(env, file_id, "later")
        assert [note["text"] for note in env["salon.client.file"].browse(file_id).reveal_health("service")] == ["later"]


@pytest.mark.template("salon")
def test_who_writes_when_the_client_was_just_erased_gets_a_new_key(salon):
    from odoo.service.model import retrying

    registry, file_id = salon
    with registry.cursor() as writing, registry.cursor() as erasing:
        writing.execute("SELECT 1 FROM res_partner")
        _as_manager(erasing)["salon.client.file"].browse(file_id)._erase_health()
        erasing.commit()
        env = _as_manager(writing)
        retrying(lambda: _conceal(env, file_id, "anew"), env)
        writing.commit()
    with registry.cursor() as cr:
        file = _as_manager(cr)["salon.client.file"].browse(file_id)
        assert [note["text"] for note in file.reveal_health("service")] == ["anew"]
