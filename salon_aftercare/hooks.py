def uninstall_hook(env):
    """Take our activities away first: their type can't be removed while one of them still has it."""
    env.cr.execute("DELETE FROM mail_activity WHERE res_model = 'salon.followup'")
