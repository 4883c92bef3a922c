"""Traces our own code along five ways, in an ``odoo shell``; ``make ways`` runs it.

Printed of each way: calls of our functions, the files they lie in, and how often the
way returns to a file that it had left.
"""

import os
import sys
from datetime import timedelta
from itertools import count
from pathlib import Path

from odoo import fields
from odoo.tests import new_test_user

OURS = "/sales_lead_funnel/"
INNER = ("<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>", "<lambda>")


class Tracer:
    """Notes the calls of our functions while it is on."""

    def __init__(self):
        self.calls = []

    def __enter__(self):
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_error):
        sys.setprofile(None)

    def _note(self, frame, event, _arg):
        code = frame.f_code
        if event == "call" and OURS in code.co_filename and code.co_name not in INNER:
            path = Path(code.co_filename.split(OURS)[1])
            self.calls.append((str(path), code.co_name))

    def tell(self):
        """Return the numbers of calls, files and returns."""
        seen, returns, current = set(), 0, None
        for path, _name in self.calls:
            if path != current and path in seen:
                returns += 1
            seen.add(path)
            current = path
        return len(self.calls), len(seen), returns


def trace(what, way):
    """Print what a way costs; the second time, with warm caches."""
    way()
    env.flush_all()
    with Tracer() as tracer:
        way()
        env.flush_all()
    print("{:<34}{:>6} calls {:>4} files {:>4} returns".format(what, *tracer.tell()))
    if os.environ.get("WAYS"):
        for path, name in tracer.calls:
            print(f"    {path}: {name}")


env = globals()["env"]  # of the shell
rep = new_test_user(
    env,
    login="ways",
    groups="sales_team.group_sale_salesman,base.group_partner_manager",
)
env = env(user=rep)
leads = env["crm.lead"]
stages = env["crm.stage"].search([], order="sequence, id")
criteria = env["funnel.criterion"].sudo()
domain = "[('funnel_need', '!=', False)]"
for number in range(3):
    criteria.create(
        {
            "name": f"Condition {number}",
            "stage_id": stages[1].id,
            "kind": "domain",
            "domain": domain,
        }
    )
names = map("Lead {}".format, count())


def make():
    return leads.create(
        {"name": next(names), "type": "opportunity", "funnel_need": "A CRM"}
    )


def move():
    ready.pop().write({"stage_id": stages[1].id})


def log():
    env["funnel.followup"].create(
        {
            "lead_id": lead.id,
            "summary": "They like it",
            "next_date": fields.Date.today() + timedelta(days=7),
        }
    )


def colour():
    lead.write({"color": (lead.color + 1) % 10})


def figure():
    today = fields.Date.today()
    first = today.replace(day=1)
    env["funnel.metrics"]._get_figures(["lead_count"], first, today)


trace("Create a lead", make)
lead = make()
ready = [make(), make()]
env.flush_all()
trace("One move past three criteria", move)
trace("Log a follow-up", log)
trace("Change the colour", colour)
trace("A figure", figure)
env.cr.rollback()
