"""What the search for free times, and the page that shows them, know of services."""

from typing import NamedTuple

from odoo.tools import SQL

TEMPLATE_FIELDS = (
    "company_id", "is_salon_service", "salon_online", "salon_station_free", "salon_active_minutes",
    "salon_processing_minutes", "salon_finishing_minutes", "salon_cleanup_minutes", "salon_stylist_ids",
    "salon_station_ids", "salon_contraindication_ids", "salon_patch_test_line_ids",
)  # fmt: skip


class Service(NamedTuple):
    """A product.product, with what a salon needs to know of it to book it."""

    id: int
    template_id: int
    name: str
    active: bool
    is_service: bool
    online: bool
    company_id: int | None
    station_free: bool
    minutes: tuple  # active, processing, finishing and clean-up minutes, where a stylist or a level has no others
    stylist_ids: frozenset  # of the employees who perform it; none for everybody
    stations: dict | None  # {station id: resource id} of those in use, the best first; None where it needs none
    guarded: bool  # some clients may not have it: it names contraindications or needs a patch test

    @property
    def own(self):
        """The service as `_minutes_with` of product.product takes it."""
        return self.template_id, self.minutes


def load_services(env, company, product_ids):
    """Return {product id: Service}, as `company` offers it, of those products that there are."""
    templates = env["product.template"]
    templates.flush_model(TEMPLATE_FIELDS)
    env["product.product"].flush_model(["product_tmpl_id", "active"])
    env["hr.employee"].flush_model(["active"])
    env["salon.station"].flush_model(["active", "company_id", "sequence", "resource_id"])
    rows = env.execute_query(
        SQL(
            """
            SELECT product.id, template.id, %(name)s, product.active, template.is_salon_service, template.salon_online,
                   template.company_id, template.salon_station_free,
                   template.salon_active_minutes, template.salon_processing_minutes,
                   template.salon_finishing_minutes, template.salon_cleanup_minutes,
                   ARRAY(SELECT stylist.id
                           FROM salon_stylist_service_rel performs
                           JOIN hr_employee stylist ON stylist.id = performs.employee_id
                          WHERE performs.product_tmpl_id = template.id AND stylist.active),
                   ARRAY(SELECT ARRAY[station.id, station.resource_id]
                           FROM salon_station_service_rel serves
                           JOIN salon_station station ON station.id = serves.station_id
                          WHERE serves.product_tmpl_id = template.id
                            AND station.active AND (station.company_id IS NULL OR station.company_id = %(company)s)
                       ORDER BY station.sequence, station.id),
                   EXISTS(SELECT FROM salon_station_service_rel serves WHERE serves.product_tmpl_id = template.id),
                   EXISTS(SELECT FROM salon_service_contraindication_rel one WHERE one.product_tmpl_id = template.id)
                   OR EXISTS(SELECT FROM salon_service_patch_test_rel one WHERE one.product_tmpl_id = template.id)
              FROM product_product product
              JOIN product_template template ON template.id = product.product_tmpl_id
             WHERE product.id = ANY(%(products)s)
            """,
            name=templates._field_to_sql("template", "name"),
            company=company.id,
            products=list(product_ids),
        )
    )
    return {
        row[0]: Service(
            *row[:8],
            minutes=tuple(part or 0 for part in row[8:12]),
            stylist_ids=frozenset(row[12]),
            stations=dict(row[13]) if row[14] else None,
            guarded=row[15],
        )
        for row in rows
    }
