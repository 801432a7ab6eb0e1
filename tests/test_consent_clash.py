"""A form that is signed in two windows at the same moment: real connections, real commits."""
import threading

import pytest

from committed import environment


@pytest.mark.template("salon")
def test_what_two_windows_sign_at_once_is_signed_once_and_told_to_both(database):
    from odoo.exceptions import UserError
    from odoo.modules.registry import Registry
    from odoo.service.model import retrying

    registry = Registry(database)
    with environment(registry) as env:
        client = env["res.partner"].create({"name": "Clara Client", "is_salon_client": True})
        form = env["salon.consent.form"].create({"name": "Colour", "text": "<p>Colour can irritate.</p>"})
        asked = env["salon.consent.request"]._ask(client, form, env.company, "link")
        token, form_id = asked.token, form.id
    barrier, told, first = threading.Barrier(2), [], {1: True, 2: True}

    def sign(number):
        with environment(registry) as env:

            def once():
                asked = env["salon.consent.request"]._by_token(token)
                form = asked._open_forms()  # as the page does: what is signed already leads on to the next
                if first.pop(number, None):
                    barrier.wait()
                    if number == 2:
                        waited.wait(2)  # the other has signed, and not come to its end
                if form:
                    asked._sign(form, {"signed_name": "Clara Client"})
                    if number == 1:
                        waited.set()
                        threading.Event().wait(1)
                return "signed" if form else "led on"

            try:
                told.append(retrying(once, env))
            except UserError as error:
                told.append(error.args[0])
            env.cr.commit()

    waited = threading.Event()
    threads = [threading.Thread(target=sign, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with environment(registry) as env:
        assert env["salon.consent"].search_count([("form_id", "=", form_id)]) == 1
    assert sorted(told) == ["led on", "signed"]
