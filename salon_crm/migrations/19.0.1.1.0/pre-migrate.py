def migrate(cr, version):
    """Bring a database of 19.0.1.0.0 to what the code of now expects."""
    _free_stations(cr)
    # The bookings of a client are found by the index that knows their starts as well.
    cr.execute("DROP INDEX IF EXISTS calendar_event__salon_client_id_index")


def _free_stations(cr):
    """Let stations be used whenever the salon is open.

    They used to get the company's working hours, lunch break and all, which nobody had chosen for a chair; now that
    hours count when one books, only those that somebody gave a station stay.
    """
    cr.execute(
        """
        UPDATE resource_resource r
           SET calendar_id = NULL
          FROM salon_station s
          JOIN res_company c ON c.id = s.company_id
         WHERE s.resource_id = r.id AND r.calendar_id = c.resource_calendar_id
        """
    )
    cr.execute(
        """
        UPDATE salon_station s
           SET resource_calendar_id = NULL
          FROM res_company c
         WHERE c.id = s.company_id AND s.resource_calendar_id = c.resource_calendar_id
        """
    )
