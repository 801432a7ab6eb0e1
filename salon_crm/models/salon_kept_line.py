from odoo import api, fields, models

from ..tools import append_only


class SalonKeptLine(models.AbstractModel):
    """What is added and never changed: when, and by whom. The database itself keeps it so (invariant 5).

    Who inherits this also says `_log_access = False`: with core's own columns, deleting a user would change the rows.
    """

    _name = "salon.kept.line"
    _description = "Line That Never Changes"

    created_at = fields.Datetime(string="When", required=True, readonly=True, default=fields.Datetime.now)
    created_by = fields.Integer(string="User ID", required=True, readonly=True, aggregator=False)
    user_name = fields.Char(string="Who", required=True, readonly=True, help="The name that the user had then.")

    @api.private
    def init(self):
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION salon_refuse_change() RETURNS trigger AS $$
            BEGIN
                -- Retention, erasure and merging lift this for their own transaction, by their own procedures.
                IF current_setting('salon.unlock', true) = 'on' THEN
                    RETURN COALESCE(NEW, OLD);
                END IF;
                RAISE EXCEPTION 'lines of % are added, never changed', TG_TABLE_NAME USING ERRCODE = 'check_violation';
            END $$ LANGUAGE plpgsql
            """
        )
        if not self._abstract:
            append_only.keep(self.env.cr, self._table, "salon_refuse_change")
        return super().init()
