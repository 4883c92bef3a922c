"""Who is who among the salespeople."""

REVIEWER_GROUP = "sales_team.group_sale_salesman_all_leads"


def is_manager(env):
    """Is the user a manager (“All Documents”), or the system?"""
    return env.su or env.user.has_group(REVIEWER_GROUP)
