"""Who is who among the salespeople, and who may approve what."""

REVIEWER_GROUP = "sales_team.group_sale_salesman_all_leads"


def is_manager(env):
    """Is the user a manager (“All Documents”), or the system?"""
    return env.su or env.user.has_group(REVIEWER_GROUP)


def may_approve(env, lead, owner_id):
    """May the user let this lead in, without asking anybody?

    Nobody's lead is as good as the own one: who takes it next is not known.

    :param int owner_id: whose lead it was before the change, falsy for nobody's
    """
    if env.su:
        return True
    if not env.user.has_group(REVIEWER_GROUP):
        return False
    is_of_another = bool(owner_id) and owner_id != env.uid
    return is_of_another or may_approve_own(env, lead)


def may_approve_own(env, lead):
    """Does the lead's company let managers approve their own leads?"""
    company = lead.sudo().company_id
    return (
        company.funnel_self_approval if company else may_approve_own_of_no_company(env)
    )


def may_approve_own_of_no_company(env):
    """Do all companies of the user? Which is active is the caller's to say."""
    return all(env.user.sudo().company_ids.mapped("funnel_self_approval"))
