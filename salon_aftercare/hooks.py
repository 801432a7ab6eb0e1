def uninstall_hook(env):
    """Take the follow-ups and their activities away first: while they are there, neither the plan that made them
    nor the type of the activities can be removed."""
    env.cr.execute("DELETE FROM mail_activity WHERE res_model IN ('salon.followup', 'salon.case')")
    env.cr.execute("DELETE FROM salon_followup")
    env.cr.execute("DELETE FROM mail_message WHERE model = 'salon.feedback'")
    env.cr.execute("DELETE FROM rating_rating WHERE res_model = 'salon.feedback'")
    # Answers hold their reasons, cases their causes and stations.
    env.cr.execute("DELETE FROM salon_lost_answer")
    env.cr.execute("DELETE FROM salon_case")
