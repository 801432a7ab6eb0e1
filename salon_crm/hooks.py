def uninstall_hook(env):
    """Leave nothing behind: dropping our tables takes their triggers along, the function stays."""
    env.cr.execute("DROP FUNCTION IF EXISTS salon_refuse_locked_visit() CASCADE")
