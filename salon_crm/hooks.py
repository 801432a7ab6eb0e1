def uninstall_hook(env):
    """Leave nothing behind, and tell nobody what the salon's roles alone were told.

    Dropping our tables takes their triggers along, the function stays. What was booked stays in the calendar as plain
    events of its stylists; without our rule every user would read who comes for what.
    """
    env.cr.execute("UPDATE calendar_event SET privacy = 'private' WHERE is_salon_booking")
    env.cr.execute("DROP FUNCTION IF EXISTS salon_refuse_locked_visit() CASCADE")
