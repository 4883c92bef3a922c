"""Builders and asserts for the gates of stages, and the doors into a stage."""

import json
from datetime import timedelta

from odoo import fields
from odoo.tests import Form, HttpCase, new_test_user

from ..exceptions import FunnelGateError
from .common import FunnelCommon


class GateCommon(FunnelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.criteria = cls.env["funnel.criterion"]
        cls.criteria.search([]).unlink()
        cls.stage_gen_1.sequence = 60  # so that “next” follows “new”
        cls.lead = cls._create_lead(name="Gated")

    @classmethod
    def _create_criterion(cls, *names, stage=None, **vals):
        """Create a criterion that requires the named fields, or asks a domain."""
        if names:
            lead_fields = cls.env["ir.model.fields"]
            found = lead_fields.browse(
                lead_fields._get("crm.lead", name).id for name in names
            )
            vals["field_ids"] = [(6, 0, found.ids)]
        elif "domain" in vals:
            vals.setdefault("kind", "domain")
        stage = stage or cls.stage_team1_2
        return cls.criteria.create({"stage_id": stage.id, **vals})

    def _as_user(self, user, lead=None):
        return (lead or self.lead).with_user(user)

    def _move_as(self, user, *leads, stage=None):
        stage = stage or self.stage_next
        self.lead.union(*leads).with_user(user).write({"stage_id": stage.id})

    def _listen(self):
        """Return the list that notifications to users will be added to."""
        told = []

        def _bus_send(_user, _kind, payload, **_options):
            told.append(payload)

        self.patch(type(self.env["res.users"]), "_bus_send", _bus_send)
        return told

    def assertStays(self, function, text, lead=None):
        """``function`` is refused, the error says ``text``, and nothing has changed."""
        lead = lead or self.lead
        self.env.flush_all()
        before = lead.read(["stage_id", "funnel_need", "won_status", "type"])
        moves = len(self._moves(lead))
        with self.assertRaisesRegex(FunnelGateError, text):
            function()
        self.env.invalidate_all()
        self.assertEqual(
            lead.read(["stage_id", "funnel_need", "won_status", "type"]), before
        )
        self.assertEqual(len(self._moves(lead)), moves)


class DoorsCommon(GateCommon):
    """The ways into a stage.

    A door takes a user and brings one lead, a new one unless it is given, into the
    stage “next”; it returns the lead.
    """

    def _doors(self):
        """The doors of people, which are judged."""
        return {
            "write": self._by_write,
            "form": self._by_form,
            "board": lambda user: self._by_screen(user, screen="kanban"),
            "list": lambda user: self._by_screen(user, screen="list"),
            "list, values": self._by_values,
            "import": self._by_import,
            "birth": self._by_birth,
            "conversion": self._by_conversion,
            "wizard": self._by_wizard,
            "won button": self._by_won_button,
            "team": self._by_team,
        }

    def _doors_of_managers(self):
        """Those at which managers are judged: they hand leads over freely."""
        doors = self._doors()
        del doors["team"]
        return doors

    def _background_doors(self):
        """What people set off or nobody does, and no rule for people may break."""
        return {
            "automation": self._by_automation,
            "merge": self._by_merge,
            "mail": self._by_mail,
            "cron": self._by_cron,
            "sudo": lambda user: self._by_write(user, su=True),
        }

    def _by_write(self, user, lead=None, su=False):
        lead = lead or self._create_lead()
        self._move(lead.with_user(user).sudo(su), self.stage_next)
        return lead

    def _by_form(self, user, lead=None):
        lead = lead or self._create_lead()
        with Form(lead.with_user(user), "crm.crm_lead_view_form") as form:
            form.stage_id = self.stage_next
        return lead

    def _by_screen(self, user, lead=None, screen="form", **vals):
        lead = lead or self._create_lead()
        vals = {"stage_id": self.stage_next.id, **vals}
        lead.with_user(user).web_save(vals, self._specification_of(screen))
        return lead

    def _by_values(self, user, lead=None):
        lead = lead or self._create_lead()
        values = [{"stage_id": self.stage_next.id}]
        lead.with_user(user).web_save_multi(values, self._specification_of("list"))
        return lead

    def _by_import(self, user, lead=None):
        lead = lead or self._create_lead()
        model = self.env["crm.lead"].with_user(user).with_context(import_file=True)
        row = [str(lead.id), str(self.stage_next.id)]
        result = model.load([".id", "stage_id/.id"], [row])
        if not result["ids"]:
            raise FunnelGateError(result["messages"][0]["message"])
        return lead

    def _by_birth(self, user, **vals):
        vals = self._lead_vals(stage_id=self.stage_next.id, name="Born", **vals)
        return self.env["crm.lead"].with_user(user).create(vals)

    def _by_conversion(self, user, lead=None):
        lead = lead or self._create_lead(type="lead", stage_id=self.stage_next.id)
        lead.with_user(user).convert_opportunity(self.env["res.partner"])
        return lead

    def _by_wizard(self, user):
        lead = self._create_lead(type="lead", stage_id=self.stage_next.id)
        wizard = self.env["crm.lead2opportunity.partner"].with_user(user)
        wizard = wizard.with_context(active_model="crm.lead", active_ids=lead.ids)
        wizard.create({"name": "convert", "lead_id": lead.id}).action_apply()
        return lead

    def _by_won_button(self, user, lead=None):
        """Won is where the criterion stands, for this door only."""
        lead = lead or self._create_lead()
        lead.with_user(user).action_set_won_rainbowman()
        return lead

    def _by_team(self, user, lead=None, **vals):
        """By another team, of which the lead takes over the stage."""
        lead = lead or self._create_lead()
        lead.with_user(user).write({"team_id": self.team_other.id, **vals})
        return lead

    def _by_automation(self, user, lead=None):
        """A rule moves what the user changes on the board."""
        lead = lead or self._create_lead()
        self._automate("funnel_authority")
        vals = {"funnel_authority": "none"}
        lead.with_user(user).web_save(vals, self._specification_of("kanban"))
        self.env.flush_all()
        return lead

    def _automate(self, name):
        """Let a rule move the leads on of which this field changes."""
        watched = self.env["ir.model.fields"]._get("crm.lead", name)
        rule = self.env["base.automation"].create(
            {
                "name": "Move on",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "trigger": "on_create_or_write",
                "trigger_field_ids": [(4, watched.id)],
                "action_server_ids": [(4, self._create_mover().id)],
            }
        )
        self.addCleanup(rule._unregister_hook)

    def _create_mover(self):
        vals = {"stage_id": self.stage_next.id}
        return self.env["ir.actions.server"].create(
            {
                "name": "Move on",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": f"records.write({vals!r})",
            }
        )

    def _by_merge(self, user, lead=None):
        """The survivor takes over the stage of the lead that is further on."""
        lead = lead or self._create_lead()
        other = self._create_lead(name="Other", stage_id=self.stage_next.id)
        other.probability = 90
        return (lead + other).with_user(user).merge_opportunity()

    def _by_mail(self, user):
        """As the gateway calls it: the alias says who, and nobody is asked."""
        leads = self.env["crm.lead"].with_user(user).sudo()
        message = {"subject": "Please call", "from": "client@example.com"}
        vals = self._lead_vals(stage_id=self.stage_next.id)
        return leads.message_new(message, vals)

    def _by_cron(self, _user):
        """A server action as a cron runs it, by the superuser."""
        lead = self._create_lead()
        action = self._create_mover().with_user(self.env.ref("base.user_root"))
        action.with_context(active_model="crm.lead", active_ids=lead.ids).run()
        return lead


class RemoteCommon(HttpCase):
    """Calls from outside over HTTP: a door takes a login, a lead and values."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = "sales_team.group_sale_salesman"
        cls.rep = new_test_user(cls.env, "gate_rep", groups=group)
        cls.manager = new_test_user(
            cls.env, "gate_manager", groups=f"{group}_all_leads"
        )
        cls.stage_one, cls.stage_two = cls.env["crm.stage"].create(
            [{"name": "One", "sequence": 1}, {"name": "Two", "sequence": 2}]
        )
        cls.lead = cls._create_lead()

    @classmethod
    def _create_lead(cls):
        return cls.env["crm.lead"].create(
            {
                "name": "Remote",
                "user_id": cls.rep.id,
                "type": "opportunity",
                "stage_id": cls.stage_one.id,
            }
        )

    @classmethod
    def _require_need(cls, stage, **vals):
        field = cls.env["ir.model.fields"]._get("crm.lead", "funnel_need")
        cls.env["funnel.criterion"].create(
            {"stage_id": stage.id, "field_ids": [(4, field.id)], **vals}
        )

    def _remote_doors(self):
        return {"XML-RPC": self._by_xmlrpc, "JSON-2": self._by_json2}

    def _by_xmlrpc(self, user, lead, vals, context=None):
        self.xmlrpc_object.execute_kw(
            self.env.cr.dbname,
            user.id,
            user.login,
            "crm.lead",
            "write",
            [lead.ids, vals],
            {"context": context or {}},
        )
        self.env.invalidate_all()

    def _by_json2(self, user, lead, vals):
        """:raise FunnelGateError: whatever the answer says went wrong"""
        expiry = fields.Datetime.now() + timedelta(hours=1)
        keys = self.env["res.users.apikeys"].with_user(user)
        key = keys._generate("rpc", "test", expiry)
        response = self.url_open(
            "/json/2/crm.lead/write",
            data=json.dumps({"ids": lead.ids, "vals": vals}),
            headers={
                "Authorization": f"Bearer {key}",
                "Content-Type": "application/json",
            },
        )
        self.env.invalidate_all()
        if response.status_code != 200:
            raise FunnelGateError(response.json()["message"])
