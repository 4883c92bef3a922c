"""Whose day it is: a company's, a person's, or the database's reckoning of one.

Zones are asked for at every save and change hardly ever: they are kept in memory, until
somebody changes one.
"""

import pytz

from odoo import api, fields, models
from odoo.tools import SQL, ormcache

ZONE_FIELDS = {"tz", "resource_calendar_id", "partner_id"}


def get_local_day(zone, moment):
    """Return the day of a UTC moment in a named zone.

    At the ends of the calendar there is no day in some zones: there it is that in UTC.
    """
    try:
        return pytz.utc.localize(moment).astimezone(_read_zone(zone)).date()
    except OverflowError:
        return moment.date()


def get_company_day(company, moment=None):
    """Return the day a UTC moment, by default now, has where the company is."""
    return get_local_day(company._funnel_get_tz(), moment or fields.Datetime.now())


def get_person_zone(env, user=None, company=None):
    """Return the name of the zone of a user, else (also where it is nobody) of the
    company. By default of who asks, whose client may have told another one.
    """
    if user is None:
        own = env.context.get("tz") or env.user._funnel_get_tz()
    else:
        own = user._funnel_get_tz()
    return own or (company or env.company)._funnel_get_tz()


def get_person_day(env, moment=None, user=None, company=None):
    """Return the day a UTC moment, by default now, has where a person is."""
    zone = get_person_zone(env, user, company)
    return get_local_day(zone, moment or fields.Datetime.now())


def get_sql_time(zone, moment):
    """Return the SQL of what clocks show in a named zone at a column's UTC moments."""
    return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)", moment, zone)


def get_sql_day(zone, moment):
    """Return the SQL of the day that a column of UTC moments has in a named zone."""
    return SQL("%s::date", get_sql_time(zone, moment))


def _read_zone(name):
    try:
        return pytz.timezone(name)
    except Exception:  # noqa: BLE001 (whatever a caller sends, as in core)
        return pytz.utc


class ResCompany(models.Model):
    _inherit = "res.company"

    def write(self, vals):
        result = super().write(vals)
        _forget_zones(self, vals)
        return result

    def _funnel_get_tz(self):
        """Return the name of the time zone in which the company's periods begin."""
        return self._funnel_find_tz(self._origin.id)

    @api.model
    @ormcache("company_id")
    def _funnel_find_tz(self, company_id):
        """Sudo: everybody's days begin there."""
        company = self.sudo().browse(company_id)
        return company.resource_calendar_id.tz or company.partner_id.tz or "UTC"

    @api.model
    @ormcache()
    def _funnel_get_zones(self):
        """Return ``{zone: ids of the companies that lie there}``, archived ones too.

        Sudo: companies of others have days too.
        """
        every = self.sudo().with_context(active_test=False)
        companies = every.search([("id", "!=", False)])
        zones = companies.grouped(lambda company: company._funnel_get_tz())
        return {zone: tuple(part.ids) for zone, part in zones.items()}


class ResUsers(models.Model):
    _inherit = "res.users"

    def write(self, vals):
        result = super().write(vals)
        _forget_zones(self, vals)
        return result

    def _funnel_get_tz(self):
        """Return the name of the user's own time zone, False without one."""
        return self._funnel_find_tz(self._origin.id)

    @api.model
    @ormcache("user_id")
    def _funnel_find_tz(self, user_id):
        """Sudo: only when a colleague's day begins."""
        return self.sudo().browse(user_id).tz


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """Contacts have zones too, which nobody asks for."""
        result = super().write(vals)
        if "tz" in vals and self._funnel_counts_days():
            _forget_zones(self, vals)
        return result

    def _funnel_counts_days(self):
        """Is one of these a user or a company? Sudo: yes or no, no more."""
        theirs = [("partner_id", "in", self.ids)]
        every = self.sudo().with_context(active_test=False)
        models = (every.env["res.users"], every.env["res.company"])
        return any(model.search_count(theirs, limit=1) for model in models)


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def write(self, vals):
        result = super().write(vals)
        _forget_zones(self, vals)
        return result


def _forget_zones(records, vals):
    if not ZONE_FIELDS.isdisjoint(vals):
        records.env.registry.clear_cache()
