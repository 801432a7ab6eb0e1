"""Handing a device of the salon to a client: whoever worked on it is logged out first."""

from urllib.parse import urlencode


def hand_over(path):
    """Return the action that logs the user out on this device and opens a page for the client there.

    Else “Back”, or another address, would lead the client into Odoo with the rights of who handed the device over.

    :param str path: of a public page
    """
    query = urlencode({"redirect": path})
    return {"type": "ir.actions.act_url", "url": f"/web/session/logout?{query}", "target": "self"}
