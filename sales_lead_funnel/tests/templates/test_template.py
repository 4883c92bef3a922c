"""Templates of the handbooks, applied to a team."""

from odoo.tests import Form, tagged

from ...exceptions import FunnelCriterionError, FunnelGateError
from ..common_gates import GateCommon


@tagged("post_install", "-at_install")
class TestTemplate(GateCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Only the team's own stages: new, next, won.
        cls.env["crm.stage"].search(
            [("team_ids", "=", False)]
        ).team_ids = cls.team_other
        cls.team = cls.sales_team_1

    def _open(self, code="s1"):
        form = Form(self.env["funnel.template.wizard"].with_user(self.director))
        form.team_id = self.team
        form.code = code
        return form

    def _apply(self, code="s1"):
        self._open(code).save().action_apply()
        return self._stages()

    def _stages(self):
        return self.env["crm.stage"].search([("team_ids", "in", self.team.ids)])

    def _snapshot(self):
        self.env.flush_all()
        self.env.invalidate_all()
        criteria = self.criteria.with_context(active_test=False).search([])
        names = ["name", "sequence", "funnel_goal", "funnel_owner_role", "team_ids"]
        told = ["name", "stage_id", "domain", "effect", "direction", "write_date"]
        return self.env["crm.stage"].search([]).read(names), criteria.read(told)

    def test_every_template_applies_and_keeps_its_order(self):
        for code in ("s0", "s1", "s4"):
            wanted = [s.key for s in self.env["funnel.template"]._get_stages(code)]
            with self.subTest(code=code), self.env.cr.savepoint() as savepoint:
                stages = self._apply(code)
                keys = [key for key in stages.mapped("funnel_template_key") if key]
                self.assertEqual(keys, wanted)
                savepoint.rollback()
                self.env.registry.clear_cache()

    def test_new_stages_find_room_between_shared_ones(self):
        """As a new database has them: nothing is left between 1 and 2."""
        names = ("First", "Qualified", "Proposition", "Signed")
        shared = self.env["crm.stage"].create(
            [
                {"name": name, "sequence": number, "is_won": name == "Signed"}
                for number, name in enumerate(names, 1)
            ]
        )
        (self._stages() - shared).team_ids = self.team_other
        others = self._get_way(self.team_other)
        form = self._open()
        with form.line_ids.edit(0) as line:
            line.stage_id = self.env["crm.stage"]
        for number, stage in ((1, shared[1]), (2, shared[2]), (4, shared[3])):
            with form.line_ids.edit(number) as line:
                line.stage_id = stage
        form.save().action_apply()
        way = self._get_way(self.team)
        self.assertEqual(
            way.mapped("name"),
            ["First", "New lead", "Qualified", "Proposition", "Negotiation", "Signed"],
        )
        self.assertEqual(len(set(way.mapped("sequence"))), len(way))
        self.assertEqual(self._get_way(self.team_other), others)
        once = self._snapshot()
        self._apply()
        self.assertEqual(self._snapshot(), once)

    def _get_way(self, team):
        """Return the stages leads of a team go, in order."""
        self.env.flush_all()
        return self.env["crm.stage"].search(
            ["|", ("team_ids", "=", False), ("team_ids", "in", team.ids)]
        )

    def test_difference_is_shown_before(self):
        before = self._snapshot()
        form = self._open()
        wizard = form.save()
        lead, mql, *_rest, won = wizard.line_ids
        self.assertEqual(won.stage_id, self.stage_won)
        self.assertEqual((mql.outcome, won.outcome), ("new", "extended"))
        self.assertIn("New stages: 4.", wizard.summary)
        self.assertIn("Budget is at least 100,000", mql.change)
        self.assertEqual(self._snapshot(), before)
        self.assertEqual(lead.name, "New lead")

    def test_applying_twice_changes_nothing(self):
        self._apply()
        once = self._snapshot()
        wizard = self._open().save()
        self.assertEqual(set(wizard.line_ids.mapped("outcome")), {"unchanged"})
        self.assertFalse(any(wizard.line_ids.mapped("change")))
        wizard.action_apply()
        self.assertEqual(self._snapshot(), once)

    def test_what_was_done_is_told_and_shown(self):
        params = self._open().save().action_apply()["params"]
        self.assertIn(f"{self.team.name}: New stages: 4.", params["message"])
        self.assertEqual(params["next"]["tag"], "soft_reload")

    def test_one_stage_cannot_become_two(self):
        wizard = self._open().save()
        first, second = wizard.line_ids[:2]
        (first + second).stage_id = self.stage_new
        named = f"{self.stage_new.name}.*{first.name}, {second.name}"
        with self.assertRaisesRegex(FunnelCriterionError, named):
            wizard.action_apply()

    def test_what_was_edited_or_archived_stays(self):
        self._apply()
        criterion = self.criteria.search([("template_key", "=", "s1.mql.budget")])
        criterion.write({"active": False, "name": "Ours"})
        self._apply()
        self.assertEqual((criterion.active, criterion.name), (False, "Ours"))

    def test_existing_stages_are_mapped_by_name_and_by_hand(self):
        self.stage_next.funnel_aliases = "MQL"
        form = self._open()
        with form.line_ids.edit(0) as line:
            self.assertFalse(line.stage_id)
            line.stage_id = self.stage_new
        wizard = form.save()
        self.assertEqual(wizard.line_ids[1].stage_id, self.stage_next)
        wizard.action_apply()
        self.assertEqual(self.stage_new.funnel_template_key, "s1.lead")
        self.assertEqual(self.stage_next.funnel_template_key, "s1.mql")
        self.assertEqual(len(self._stages()), 5)

    def test_more_than_six_core_stages_is_warned_of(self):
        wizard = self._open().save()
        self.assertEqual(wizard.stage_count, 7)  # five, and two that stay beside
        self.assertTrue(wizard.is_too_many)
        self.assertIn(self.stage_next.name, wizard.other_stages)
        wizard.line_ids[0].stage_id = self.stage_new
        wizard.invalidate_recordset()
        self.assertEqual((wizard.stage_count, wizard.is_too_many), (6, False))

    def test_standard_funnel_gates(self):
        self._apply()
        mql = self._stages().filtered(lambda s: s.funnel_template_key == "s1.mql")
        lead = self.lead.with_user(self.rep)
        with self.assertRaisesRegex(FunnelGateError, "Need is confirmed"):
            lead.stage_id = mql
        lead.write({"funnel_need": "A CRM", "funnel_budget_max": 90_000})
        with self.assertRaisesRegex(FunnelGateError, "100,000.*3 months"):
            lead.stage_id = mql
        lead.write({"funnel_budget_max": 100_000, "funnel_purchase_date": "2020-01-01"})
        lead.stage_id = mql
        self.assertEqual(lead.stage_id, mql)

    def test_names_are_kept_in_every_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self._apply()
        criterion = self.criteria.search([("template_key", "=", "s1.mql.budget")])
        chinese = criterion.with_context(lang="zh_CN")
        translated = self.env["funnel.template"].with_context(lang="zh_CN")
        [mql] = [s for s in translated._get_stages("s1") if s.key == "s1.mql"]
        [ask] = [a for a in mql.asks if a.key == "budget"]
        self.assertEqual(chinese.name, ask.name)
        self.assertNotEqual(chinese.name, criterion.name)

    def _map_backwards(self):
        """Map the second stage of the template to one that lies before the first."""
        self.stage_new.sequence, self.stage_next.sequence = 10, 5
        wizard = self._open().save()
        first, second = wizard.line_ids[:2]
        first.stage_id, second.stage_id = self.stage_new, self.stage_next
        return wizard, second

    def test_new_order_is_shown_and_applied(self):
        wizard, line = self._map_backwards()
        self.assertRegex(line.change, r"\border$")
        wizard.action_apply()
        self.assertEqual(self.stage_next.sequence, 11)

    def test_stage_of_other_teams_stays_where_it_is(self):
        for teams in (self.team + self.team_other, self.env["crm.team"]):
            (self.stage_new + self.stage_next).team_ids = teams
            with self.subTest(teams=teams), self.env.cr.savepoint() as savepoint:
                wizard, line = self._map_backwards()
                self.assertTrue(line.is_shared)
                self.assertIn("not its order", line.change)
                wizard.action_apply()
                self.assertEqual(self.stage_next.sequence, 5)
                sequences = (wizard.line_ids - line).stage_id.mapped("sequence")
                self.assertEqual(sequences, sorted(sequences))
                savepoint.rollback()
                self.env.registry.clear_cache()

    def test_own_stage_moves_before_one_that_stays(self):
        self.stage_next.team_ids += self.team_other
        wizard, line = self._map_backwards()
        self.assertFalse(line.wizard_id.line_ids[0].is_shared)
        self.assertRegex(wizard.line_ids[0].change, r"\border$")
        wizard.action_apply()
        self.assertLess(self.stage_new.sequence, self.stage_next.sequence)

    def test_second_template_asks_nothing_twice(self):
        """Both want the signature confirmed before a lead is won."""
        self._apply("s0")
        self._apply("s1")
        asks = self.criteria.search([("stage_id", "=", self.stage_won.id)])
        self.assertEqual(asks.mapped("template_key"), ["s0.won.signed"])

    def test_second_template_by_hand_is_mapped_again(self):
        self._apply("s0")
        wizard = self._open("s1").save()
        stages = self._stages().filtered("funnel_template_key")
        for line, stage in zip(wizard.line_ids, stages, strict=True):
            line.stage_id = stage
        wizard.action_apply()
        self.assertEqual(stages[1].funnel_template_key, "s0.intent s1.mql")
        for code in ("s0", "s1"):
            again = self._open(code).save()
            with self.subTest(code=code):
                self.assertEqual(again.line_ids.stage_id, stages)
                self.assertEqual(set(again.line_ids.mapped("outcome")), {"unchanged"})

    def test_stage_of_other_teams_does_not_change_for_ever(self):
        self._apply()
        for stage in self._stages():
            stage.team_ids += self.team_other
        self.stage_won.sequence = 1
        won = self._open().save().line_ids[-1]
        self.assertEqual(won.outcome, "unchanged")
        self.assertIn("not its order", won.change)

    def test_template_applies_with_one_renewal(self):
        cron = self.env.ref("sales_lead_funnel.ir_cron_prove")
        triggers = self.env["ir.cron.trigger"].sudo()
        before = triggers.search([("cron_id", "=", cron.id)])
        self._apply()
        new = triggers.search([("cron_id", "=", cron.id)]) - before
        self.assertEqual(len(new), 1)
        stages = self._stages().filtered("funnel_template_key")
        self.assertEqual(set(self.criteria._get_gates().entry), set(stages.ids))
        self._apply()
        self.assertEqual(triggers.search([("cron_id", "=", cron.id)]), before + new)

    def test_template_costs_few_queries(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        wizard = self._open().save()
        self.env.flush_all()
        with self.assertQueryCount(250):
            wizard.action_apply()
            self.env.flush_all()

    def _map_own_stage(self, **context):
        """Apply a template onto the team's own first stage."""
        wizard = self._open().save()
        wizard.line_ids[0].stage_id = self.stage_new
        wizard.with_context(**context).action_apply()
        self.env.flush_all()
        self.env.invalidate_all()
        return self.stage_new, self.stage_new.with_context(lang="zh_CN")

    def test_names_of_own_stages_stay_in_every_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        for context in ({}, {"lang": False}, {"lang": "zh_CN"}):
            with self.subTest(context), self.env.cr.savepoint() as savepoint:
                self.stage_new.update_field_translations(
                    "name", {"en_US": "First talk", "zh_CN": "初谈"}
                )
                english, chinese = self._map_own_stage(**context)
                self.assertEqual(english.name, "First talk")
                self.assertEqual(chinese.name, "初谈")
                self.assertEqual(english.funnel_goal[:14], "From a channel")
                self.assertNotEqual(chinese.funnel_goal, english.funnel_goal)
                savepoint.rollback()
                self.env.registry.clear_cache()

    def test_texts_stay_in_each_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.stage_new.update_field_translations(
            "funnel_goal", {"en_US": "", "zh_CN": "我们的"}
        )
        self.stage_new.update_field_translations(
            "funnel_owner_role", {"en_US": "Ours", "zh_CN": ""}
        )
        english, chinese = self._map_own_stage()
        self.assertEqual(chinese.funnel_goal, "我们的")
        self.assertEqual(english.funnel_goal[:14], "From a channel")
        self.assertEqual(english.funnel_owner_role, "Ours")
        self.assertTrue(chinese.funnel_owner_role)
        self.assertNotEqual(chinese.funnel_owner_role, "Ours")
