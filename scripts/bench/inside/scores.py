"""Scoring all open leads: core's predictive scoring, and the addon's."""

from .session import Clock


def predict(session):
    """Core's cron; what the clock reads."""
    with session.env() as env:
        leads = env["crm.lead"]
        with Clock(session) as clock:
            leads._cron_update_automated_probabilities()
            env.cr.commit()
    return clock.read()


def regrade(session, expected):
    """The addon's scoring of all open leads, committing as its cron does.

    :param int expected: leads that must change
    """
    with session.env() as env, Clock(session) as clock:
        changed = env["funnel.regrade"]._regrade(commit=True)
        env.cr.commit()
    if changed != expected:
        raise ValueError(f"{changed} leads changed instead of {expected}")
    return clock.read()


def forget(session):
    """Empty all scores, so that the next scoring changes every lead it can score.

    :return: number of open leads with something to score
    """
    with session.env() as env:
        env.cr.execute(
            """
            SELECT count(*) FROM crm_lead
             WHERE won_status = 'pending'
               AND (COALESCE(funnel_score_coverage, 0) != 0
                    OR COALESCE(funnel_score, 0) != 0
                    OR funnel_suggested_grade_id IS NOT NULL)
            """
        )
        [(count,)] = env.cr.fetchall()
        env.cr.execute(
            """
            UPDATE crm_lead SET funnel_score = NULL, funnel_score_coverage = NULL,
                   funnel_suggested_grade_id = NULL
             WHERE won_status = 'pending'
            """
        )
    return count
