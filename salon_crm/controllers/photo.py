from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

LAST_ID = 2**31 - 1
# Nothing between the server and this screen keeps it, and it is a picture whatever it says.
CLOSED = {
    "Cache-Control": "no-store, private",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'",
}


class Photo(http.Controller):
    """Gives one photo of a client to who may see it. It lies encrypted: no other route has it."""

    @http.route("/salon/photo/<int:photo_id>", type="http", auth="user", methods=["GET"], readonly=False)
    def photo(self, photo_id, **query):
        """Give a photo in its full size; each look is logged.

        Who may not know that it exists hears that there is none; who may is told in words why it is not shown.
        """
        if photo_id > LAST_ID:
            raise request.not_found()
        photo = request.env["salon.photo"].browse(photo_id)
        try:
            content = photo.open_photo(query.get("purpose") or "service")
        except (AccessError, MissingError):
            raise request.not_found() from None
        except UserError as error:
            headers = {**CLOSED, "Content-Type": "text/plain; charset=utf-8"}
            return request.make_response(error.args[0], list(headers.items()), status=403)
        return request.make_response(content, list({**CLOSED, "Content-Type": "image/jpeg"}.items()))
