"""An intake form that is sent twice at the same moment, and reviewed by two: real connections, real commits."""
import threading

import pytest

from committed import environment


@pytest.fixture
def sheet(database):
    """Return (registry, the id of a sheet that waits to be filled in)."""
    from odoo.modules.registry import Registry

    registry = Registry(database)
    with environment(registry) as env:
        client = env["res.partner"].create({"name": "Clara Client", "is_salon_client": True})
        form = env["salon.intake.form"].create(
            {"name": "Welcome", "question_ids": [(0, 0, {"name": "Your WeChat?", "kind": "char", "target": "wechat"})]}
        )
        asked = env["salon.intake"]._ask(client.salon_file_ids, form, env.company)
        return registry, asked.id, str(form.question_ids.id)


def at_once(registry, act):
    """Have two do the same at the same moment; return what became of both."""
    from odoo.exceptions import UserError
    from odoo.service.model import retrying

    barrier, done, told, first = threading.Barrier(2), threading.Event(), [], {1: True, 2: True}

    def one(number):
        with environment(registry) as env:

            def once():
                env.cr.execute("SELECT 1 FROM res_users LIMIT 1")  # from here on it sees nothing newer
                if first.pop(number, None):
                    barrier.wait()
                    if number == 2:
                        done.wait(5)  # the other has done it, and not come to its end
                result = act(env, number)
                if number == 1:
                    done.set()
                    threading.Event().wait(1)
                return result

            try:
                told.append(retrying(once, env))
            except UserError as error:
                told.append(error.args[0])
            env.cr.commit()

    threads = [threading.Thread(target=one, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return told


@pytest.mark.template("salon")
def test_a_form_that_is_sent_twice_at_once_is_kept_once_and_reviewed_once(sheet):
    registry, sheet_id, key = sheet

    def fill(env, number):
        env["salon.intake"].browse(sheet_id)._fill({key: {"text": f"clara{number}"}})
        return "sent"

    assert at_once(registry, fill) == ["sent", "sent"]
    with environment(registry) as env:
        assert env["salon.intake"].browse(sheet_id).answers == {key: {"text": "clara1"}}

    def review(env, number):
        env["salon.intake"].browse(sheet_id).take_over({key: ""})
        return "taken over"

    told = at_once(registry, review)
    assert sorted(told)[1] == "taken over"
    assert "reviewed already" in sorted(told)[0]
