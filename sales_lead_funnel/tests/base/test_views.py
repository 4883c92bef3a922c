"""Every screen opens for each role, and each view tells itself apart."""

import ast

from lxml import etree

from odoo.tests import Form, tagged
from odoo.tools import file_open

from ... import exceptions
from ..common import FULL_PROSPECT, FunnelCommon
from ..common_forms import F1_FIELDS

REP = "sales_team.group_sale_salesman"
MANAGER = "sales_team.group_sale_salesman_all_leads"
DIRECTOR = "sales_team.group_sale_manager"


@tagged("post_install", "-at_install")
class TestErrors(FunnelCommon):
    def test_web_client_shows_the_text_of_each_error(self):
        with file_open("sales_lead_funnel/static/src/errors/funnel_errors.js") as file:
            script = file.read()
        ours = [name for name in vars(exceptions) if name.startswith("Funnel")]
        self.assertTrue(ours)
        for name in ours:
            self.assertIn(f'"{name}"', script)


@tagged("post_install", "-at_install")
class TestActions(FunnelCommon):
    def _actions(self):
        """Return the window actions of the addon."""
        ids = self.env["ir.model.data"].search(
            [
                ("module", "=", "sales_lead_funnel"),
                ("model", "=", "ir.actions.act_window"),
            ]
        )
        return self.env["ir.actions.act_window"].browse(ids.mapped("res_id"))

    def _may_open(self, user, action):
        model = self.env[action.res_model].with_user(user)
        groups = action.group_ids
        return model.has_access("read") and (not groups or groups & user.all_group_ids)

    def test_each_role_opens_what_it_may(self):
        opened = set()
        for user in (self.rep, self.manager, self.director):
            for action in self._actions():
                if not self._may_open(user, action):
                    continue
                with self.subTest(user=user.login, action=action.name):
                    model = self.env[action.res_model].with_user(user)
                    views = [(view or False, kind) for view, kind in action.views]
                    views.append((action.search_view_id.id, "search"))
                    result = model.get_views(views, {"toolbar": True})
                    self.assertEqual(set(result["views"]), {kind for _v, kind in views})
                    opened.add((user, action))
        reps = [action for user, action in opened if user == self.rep]
        self.assertGreater(len(opened), 2 * len(reps))

    def test_lists_of_actions_can_be_searched_and_read(self):
        for action in self._actions():
            if "list" not in action.view_mode:
                continue
            with self.subTest(action=action.name):
                view = {kind: view for view, kind in action.views}["list"]
                records = self.env[action.res_model].with_user(self.manager)
                arch = etree.fromstring(records.get_view(view, "list")["arch"])
                names = arch.xpath("//field[not(ancestor::field)]/@name")
                domain = ast.literal_eval(action.domain or "[]")
                records.web_search_read(domain, {name: {} for name in names}, limit=5)

    def test_filters_of_our_search_views_work(self):
        for model in ("crm.lead", "funnel.stage.move", "funnel.grade.change"):
            views = self.env["ir.ui.view"].search(
                [("model", "=", model), ("type", "=", "search")]
            )
            for view in views.filtered(lambda v: v.mode == "primary"):
                self._check_filters(model, view)

    def _check_filters(self, model, view):
        records = self.env[model].with_user(self.rep)
        arch = etree.fromstring(records.get_view(view.id, "search")["arch"])
        for node in arch.iter("filter"):
            name, domain = node.get("name"), node.get("domain")
            if domain and "funnel" in (name + model) and "uid" not in domain:
                with self.subTest(view=view.name, name=name):
                    records.search(ast.literal_eval(domain), limit=1)
            group_by = ast.literal_eval(node.get("context") or "{}").get("group_by")
            if group_by and "funnel" in (name + model):
                with self.subTest(view=view.name, name=name):
                    records.formatted_read_group([], [group_by], ["__count"])

    def test_menus_show_to_the_roles_they_are_for(self):
        shown = {
            REP: {"funnel_register_menu", "funnel_key_list_menu"},
            MANAGER: {
                "funnel_answer_menu",
                "funnel_rules_menu",
                "funnel_workbook_menu",
            },
            DIRECTOR: {"funnel_config_menu", "funnel_scorecard_menu"},
        }
        users = {REP: self.rep, MANAGER: self.manager, DIRECTOR: self.director}
        menus = self.env["ir.ui.menu"]
        seen = set()
        for group, user in users.items():
            seen |= shown[group]
            visible = menus.with_user(user).load_menus(False)
            for name in set().union(*shown.values()):
                with self.subTest(user=user.login, menu=name):
                    menu = self.env.ref(f"sales_lead_funnel.{name}")
                    self.assertEqual(menu.id in visible, name in seen)

    def test_inboxes_are_by_themselves(self):
        inboxes = {
            "crm_lead_action_to_review",
            "funnel_stage_approval_action",
            "funnel_resource_request_action",
        }
        menu = self.env.ref("sales_lead_funnel.funnel_answer_menu")
        actions = {self.env.ref(f"sales_lead_funnel.{name}") for name in inboxes}
        self.assertEqual(set(menu.child_id.mapped("action")), actions)

    def test_everybody_has_one_configuration(self):
        """Managers have ours; who has core's finds the very same lists there."""
        menus = self.env["ir.ui.menu"]
        core = self.env.ref("crm.crm_menu_config")
        own = self.env.ref("sales_lead_funnel.funnel_rules_menu")
        full = self.env.ref("sales_lead_funnel.funnel_config_menu")
        self.assertLessEqual(
            {menu.action for menu in own.child_id},
            {menu.action for menu in full.child_id},
        )
        expected = {
            self.rep: set(),
            self.manager: {own.id, *own.child_id.ids},
            self.director: {core.id},
        }
        for user, ids in expected.items():
            shown = menus.with_user(user).load_web_menus(False)
            ours = {core.id, own.id, *own.child_id.ids}
            with self.subTest(user=user.login):
                self.assertEqual(ours & set(shown), ids)
                root = shown[self.env.ref("crm.crm_menu_root").id]
                self.assertLessEqual(set(root["children"]), set(shown))


@tagged("post_install", "-at_install")
class TestLeadViews(FunnelCommon):
    def _views(self, kind):
        """Return the primary views of leads of this kind."""
        domain = [("model", "=", "crm.lead"), ("type", "=", kind)]
        views = self.env["ir.ui.view"].search([*domain, ("mode", "=", "primary")])
        return {view: self._specification(view.xml_id, kind) for view in views}

    def test_every_view_of_leads_still_opens(self):
        views = self.env["ir.ui.view"].search([("model", "=", "crm.lead")])
        for view in views.filtered(lambda v: v.mode == "primary"):
            for user in (self.rep, self.manager, self.director):
                with self.subTest(view=view.name, user=user.login):
                    leads = self.env["crm.lead"].with_user(user)
                    leads.get_view(view.id, view.type)

    def test_boards_are_told_by_the_card_note(self):
        for view, fields in self._views("kanban").items():
            if "stage_id" not in fields:
                continue  # no board of leads to be moved
            with self.subTest(view=view.name):
                self.assertIn("funnel_card_note", fields)

    def test_lists_hold_no_mark_of_board_or_form(self):
        for view, fields in self._views("list").items():
            with self.subTest(view=view.name):
                self.assertFalse({"funnel_card_note", "funnel_score_why"} & set(fields))

    def test_form_is_told_by_the_why(self):
        fields = self._specification_of("form")
        self.assertIn("funnel_score_why", fields)
        self.assertNotIn("funnel_card_note", fields)

    def test_register_shows_the_columns_of_the_handbook_in_order(self):
        fields = list(
            self._specification("sales_lead_funnel.crm_lead_view_list_register", "list")
        )
        columns = [name for name in fields if name in F1_FIELDS]
        self.assertEqual(columns, F1_FIELDS)

    def test_form_opens_and_saves_for_each_role(self):
        for user in (self.rep, self.manager, self.director):
            lead = self._create_lead(**FULL_PROSPECT)
            with self.subTest(user=user.login):
                form = Form(lead.with_user(user), "crm.crm_lead_view_form")
                form.funnel_need = "A CRM"
                form.save()
                self.assertEqual(lead.funnel_need, "A CRM")

    def test_form_creates_leads_and_opportunities(self):
        for kind in ("lead", "opportunity"):
            leads = self.env["crm.lead"].with_user(self.rep)
            leads = leads.with_context(default_type=kind)
            form = Form(leads, "crm.crm_lead_view_form")
            form.name = kind
            form.funnel_authority = "decides"
            lead = form.save()
            self.assertEqual((lead.type, lead.funnel_score), (kind, 100))

    def test_grade_is_not_edited_in_the_form(self):
        form = Form(self._create_lead().with_user(self.rep), "crm.crm_lead_view_form")
        for name in ("funnel_grade_id", "funnel_grade_state", "funnel_grade_reason"):
            if name in form._view["fields"] and name != "funnel_grade_reason":
                with self.subTest(name=name), self.assertRaises(AssertionError):
                    setattr(form, name, False)

    def test_rules_are_edited_by_a_manager(self):
        card = self.env.ref("sales_lead_funnel.scorecard_customer")
        with Form(card.with_user(self.manager)) as form:
            form.name = "Old customers"
        with Form(self.grade_b.with_user(self.manager)) as form:
            form.cut = 55
        self.assertEqual((card.name, self.grade_b.cut), ("Old customers", 55))

    def test_settings_keep_the_figures_of_a_company(self):
        settings = self.env["res.config.settings"].create({"funnel_min_sample": 7})
        settings.execute()
        self.assertEqual(self.env.company.funnel_min_sample, 7)


@tagged("post_install", "-at_install")
class TestFilesOfTheAddon(FunnelCommon):
    def test_icon_and_template_are_there(self):
        for name in ("description/icon.png", "xls/lead_register.xlsx"):
            with file_open(f"sales_lead_funnel/static/{name}", "rb") as file:
                self.assertTrue(file.read(4))
