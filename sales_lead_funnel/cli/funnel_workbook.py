"""``odoo funnel_workbook``: write the monthly review workbook to a folder."""

import argparse
import sys
from datetime import date
from io import BytesIO
from pathlib import Path

from odoo import SUPERUSER_ID, api
from odoo.cli import Command
from odoo.modules.registry import Registry
from odoo.tools import config

from odoo.addons.sales_lead_funnel.models.base.zones import get_company_day
from odoo.addons.sales_lead_funnel.tools.periods import latest_complete


class FunnelWorkbook(Command):
    """Write the monthly review workbook to a folder"""

    name = "funnel_workbook"

    def run(self, args):
        parser = argparse.ArgumentParser(description=self.__doc__)
        parser.add_argument("-c", "--config", help="Odoo's configuration file")
        parser.add_argument("-d", "--database", required=True)
        parser.add_argument(
            "--month",
            type=_parse_month,
            help="YYYY-MM; the last complete month by default",
        )
        parser.add_argument("--team", help="name of a sales team; all by default")
        parser.add_argument("--login", help="read as this user; all leads by default")
        parser.add_argument("--lang", default="en_US", help="e.g. zh_CN")
        parser.add_argument("--output", default=".", help="folder of the workbook")
        options = parser.parse_args(args)
        arguments = ["-d", options.database, "--no-http"]
        if options.config:
            arguments += ["-c", options.config]
        config.parse_config(arguments, setup_logging=True)
        print(self._write(options))

    def _write(self, options):
        """Write the workbook and return its path."""
        with Registry(options.database).cursor() as cr:
            env = self._get_env(cr, options)
            last_month = latest_complete(
                "month", get_company_day(env.company)
            ).date_from
            month = options.month or last_month
            team = env["crm.team"]
            if options.team:
                team = team.search([("name", "=", options.team)], limit=1)
                if not team:
                    sys.exit(f"There is no sales team named “{options.team}”.")
            stream = BytesIO()
            name = env["funnel.monthly.workbook"]._write_to(stream, month, team)
        folder = Path(options.output)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        path.write_bytes(stream.getvalue())
        return path

    def _get_env(self, cr, options):
        env = api.Environment(cr, SUPERUSER_ID, {})
        if not options.login:
            company = env["res.company"].search([], order="id", limit=1)
            context = {"lang": options.lang, "allowed_company_ids": company.ids}
            return env(context=context)
        user = env["res.users"].search([("login", "=", options.login)])
        if not user:
            sys.exit(f"There is no user with the login “{options.login}”.")
        return env(user=user.id, context={"lang": options.lang, "tz": user.tz})


def _parse_month(text):
    """First day of a month given as YYYY-MM."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no month (YYYY-MM)") from error
