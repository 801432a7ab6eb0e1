"""A client is erased while somebody else writes of them: real connections, real commits."""

import pytest

MARK = "zzclashzz"


def _as_manager(cr):
    import odoo

    env = odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
    return env(user=env.ref("base.user_admin"))


def _make_client(registry):
    with registry.cursor() as cr:
        client = _as_manager(cr)["res.partner"].create({"name": f"Clara {MARK}", "is_salon_client": True})
        return client.id, client.salon_file_ids.id


@pytest.fixture
def salon(database):
    """A registry, the ids of a client and of their file."""
    from odoo.modules.registry import Registry

    registry = Registry(database)
    return registry, *_make_client(registry)


def _erase(env, file_id):
    return env["salon.erasure"]._erase(env["salon.client.file"].browse(file_id), "request")


@pytest.mark.template("salon")
def test_who_writes_to_a_client_who_was_just_erased_is_told(salon):
    """Their transaction began before and knows nothing of it: it is tried anew, and then told."""
    from odoo.exceptions import UserError
    from odoo.service.model import retrying
    from odoo.tools import mute_logger

    registry, client_id, file_id = salon
    acts = (
        lambda env: env["res.partner"].browse(client_id).write({"name": MARK}),
        lambda env: env["salon.client.file"].browse(file_id).write({"alert": MARK}),
    )
    with mute_logger("odoo.sql_db"), registry.cursor() as erasing:
        cursors = [registry.cursor() for _act in acts]
        for cr in cursors:
            cr.execute("SELECT 1 FROM res_partner LIMIT 1")
        _erase(_as_manager(erasing), file_id)
        erasing.commit()
        for cr, act in zip(cursors, acts, strict=True):
            env = _as_manager(cr)
            with cr, pytest.raises(UserError, match="was erased"):
                retrying(lambda act=act, env=env: act(env), env)
    with registry.cursor() as cr:
        env = _as_manager(cr)
        assert env["res.partner"].browse(client_id).name == f"Erased client {file_id}"
        assert not env["salon.client.file"].browse(file_id).alert


@pytest.mark.template("salon")
def test_who_is_writing_to_a_client_keeps_the_erasure_waiting(salon):
    from odoo.exceptions import UserError

    registry, client_id, file_id = salon
    with registry.cursor() as writing, registry.cursor() as erasing:
        client = _as_manager(writing)["res.partner"].browse(client_id)
        client.name = f"{MARK} anew"
        client.flush_recordset()
        with pytest.raises(UserError, match="working on this client"):
            _erase(_as_manager(erasing), file_id)
        erasing.rollback()
        writing.commit()
    with registry.cursor() as cr:
        _erase(_as_manager(cr), file_id)


@pytest.mark.template("salon")
def test_what_was_written_unseen_in_that_moment_is_erased_by_the_sweep(salon):
    """A visit or a file that another transaction adds touches no row of the client: neither of the two notices."""
    registry, client_id, file_id = salon
    with registry.cursor() as writing, registry.cursor() as erasing:
        writing.execute("SELECT 1 FROM res_partner LIMIT 1")
        erasing.execute("SELECT 1 FROM res_partner LIMIT 1")
        env = _as_manager(writing)
        env["ir.attachment"].create({"name": MARK, "res_model": "salon.client.file", "res_id": file_id, "raw": b"x"})
        env["salon.visit"].create({"partner_id": client_id, "note": MARK}).action_done()
        env.flush_all()
        writing.commit()  # after the erasure has begun, which sees nothing of it
        _erase(_as_manager(erasing), file_id)
        erasing.commit()
    with registry.cursor() as cr:
        env = _as_manager(cr)
        assert env["salon.visit"].search([("partner_id", "=", client_id)]).note == MARK
        env["salon.erasure"].sudo()._take_late(env["salon.client.file"].sudo().browse(file_id))
        env.flush_all()
        assert not env["salon.visit"].search([("partner_id", "=", client_id)]).note
        assert not env["ir.attachment"].search([("res_model", "=", "salon.client.file"), ("res_id", "=", file_id)])
