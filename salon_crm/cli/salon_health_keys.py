import logging
import sys

from odoo import SUPERUSER_ID, api
from odoo.cli import Command
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tools import config

_logger = logging.getLogger(__name__)


class SalonHealthKeys(Command):
    """Wrap the keys of all clients' health notes by the first key of salon_health_keys.

    For a new master key: put it before the old one, separated by a comma, restart the server, run this, and take the
    old one out. It can be interrupted, and be run any number of times.
    """

    name = "salon_health_keys"

    def run(self, args):
        """Do it in the database that -d names."""
        config.parser.prog = self.prog
        config.parse_config(args, setup_logging=True)
        names = config["db_name"]
        if len(names) != 1:
            sys.exit("Name the database: -d DATABASE")
        with Registry(names[0]).cursor() as cr:
            try:
                count = api.Environment(cr, SUPERUSER_ID, {})["salon.health.key"].rotate(commit=True)
            except UserError as error:
                sys.exit(str(error))
        _logger.info("%s keys of clients wrapped anew in %s", count, names[0])
