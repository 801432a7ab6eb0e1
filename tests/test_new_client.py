"""One who is new and finishes two bookings in two windows at the same moment: real connections, real commits."""
import threading
from datetime import datetime, timedelta

import pytest

from committed import environment


def _begin(env, number):
    start = datetime.now().replace(microsecond=0) + timedelta(days=number)
    return env["salon.online.booking"].create({
        "token": f"{number:032}", "company_id": env.company.id, "wishes": [{}], "offer": {"lines": []}, "start": start,
        "stop": start, "expires_at": start, "name": "Nora New", "email": "nora@example.com"}).id


@pytest.mark.template("salon")
def test_who_is_new_becomes_one_client_though_two_windows_finish_at_once(database):
    from odoo.modules.registry import Registry
    from odoo.service.model import retrying

    registry = Registry(database)
    with environment(registry) as env:
        drafts = [_begin(env, number) for number in (1, 2)]
    barrier, found, first = threading.Barrier(2), [], {1: True, 2: True}

    def finish(number, draft_id):
        with environment(registry) as env:

            def find():
                draft = env["salon.online.booking"].browse(draft_id)
                draft.read(["email"])  # the transaction has begun, and sees nobody of that address later
                if first.pop(number, None):
                    barrier.wait()
                return draft._find_client().id

            found.append(retrying(find, env))
            env.cr.commit()

    threads = [threading.Thread(target=finish, args=entry) for entry in enumerate(drafts, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with environment(registry) as env:
        clients = env["res.partner"].search([("email", "=", "nora@example.com")])
        assert len(clients) == 1, clients
        assert found == [clients.id] * 2
