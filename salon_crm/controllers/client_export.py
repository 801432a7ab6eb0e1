from werkzeug.wsgi import wrap_file

from odoo import http
from odoo.http import Response, request


class ClientExport(http.Controller):
    @http.route("/salon/client/<int:file_id>/export", type="http", auth="user", methods=["GET"], readonly=False)
    def client_export(self, file_id, **_unused):
        """Send a manager all that is known of a client, and log it; nothing of it is kept on the server."""
        file = request.env["salon.client.file"].with_context(active_test=False).browse(file_id).exists()
        if not file:
            raise request.not_found()
        archive = request.env["salon.client.export"]._write_zip(file)
        headers = [
            ("Content-Type", "application/zip"),
            ("Content-Disposition", http.content_disposition(f"client-{file_id}.zip")),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return Response(wrap_file(request.httprequest.environ, archive), headers=headers, direct_passthrough=True)
