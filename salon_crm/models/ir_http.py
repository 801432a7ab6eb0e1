import re

from werkzeug.exceptions import MethodNotAllowed, NotFound

from odoo import models
from odoo.http import request

CONTROL = re.compile(r"[\x00-\x1f\x7f]")  # what nobody types, and no address of ours has


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _match(cls, path):
        # Core leads addresses with a language on to one without: with a line break in it, that would be an error 500.
        if CONTROL.search(path):
            raise NotFound
        try:
            return super()._match(path)
        except MethodNotAllowed:
            # Of an address with a question mark inside, core looks for the first half to link to other languages: that
            # is another page, which may not be there for this method.
            if "?" in request.httprequest.path:
                raise NotFound from None
            raise

    @classmethod
    def _dispatch(cls, endpoint):
        # What stands in an address becomes arguments of a method: one that is called `self` would be an error 500.
        if request.httprequest.path.startswith("/salon/"):
            request.params.pop("self", None)
        return super()._dispatch(endpoint)

    @classmethod
    def _serve_fallback(cls):
        # Core looks for an attachment with that address: one with a NUL in it no database knows, and it would be a 500.
        return None if CONTROL.search(request.httprequest.path) else super()._serve_fallback()
