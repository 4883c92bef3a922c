"""Long random histories: replaying the ledgers always gives the live state."""

from contextlib import suppress

from counts import examples
from hypothesis import given
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.sales_lead_funnel.tests.common import FULL_PROSPECT, FunnelCommon

ANSWERS = [
    *({name: value} for name, value in FULL_PROSPECT.items()),
    {"funnel_need_fit": "none"},
    {"funnel_authority": False},
    {"funnel_client_type": "existing", "funnel_sales_12m": 600_000},
    {"funnel_purchase_date": False, "funnel_budget_max": 0, "funnel_budget_min": 0},
]


class Histories:
    """What may happen to leads; each step takes two numbers to choose with."""

    def step_create(self, one, two):
        vals = self._lead_vals(
            stage_id=self._stage(one).id,
            type="lead" if two % 3 == 0 else "opportunity",
            **(FULL_PROSPECT if two % 2 else {}),
        )
        self._leads |= self._model().create(vals)

    def step_create_unguided(self, one, two):
        """No stage given: core computes it from the team."""
        team = self._team(two)
        self._leads |= self._model().create({"name": "Bare", "team_id": team.id})

    def step_import(self, one, two):
        names = ["name", "stage_id/.id", "team_id/.id"]
        rows = [
            [f"Imported {number}", str(self._stage(one + number).id), str(team.id)]
            for number, team in enumerate([self._team(two), self._team(two + 1)])
        ]
        self._load(names, rows)

    def step_import_update(self, one, two):
        lead = self._lead(one)
        self._load([".id", "stage_id/.id"], [[str(lead.id), str(self._stage(two).id)]])

    def step_move(self, one, two):
        self._move(self._lead(one), self._stage(two))

    def step_move_in_form(self, one, two):
        values = {"stage_id": self._stage(two).id}
        self._lead(one).web_save(values, {"funnel_score_why": {}})

    def step_move_batch(self, one, two):
        self._move(self._leads, self._stage(one + two))

    def step_move_untracked(self, one, two):
        lead = self._lead(one).with_context(tracking_disable=True)
        self._move(lead, self._stage(two))

    def step_move_and_back(self, one, two):
        lead, stage = self._lead(one), self._lead(one).stage_id
        self._move(lead, self._stage(two))
        self._move(lead, stage)

    def step_change_team(self, one, two):
        self._lead(one).write({"team_id": self._team(two).id})

    def step_assign_team(self, one, two):
        self._leads.team_id = self._team(two)

    def step_change_type(self, one, two):
        self._lead(one).write({"type": "lead" if two % 2 else "opportunity"})

    def step_answer(self, one, two):
        self._lead(one).write(ANSWERS[two % len(ANSWERS)])

    def step_answer_batch(self, one, two):
        self._leads.write(ANSWERS[two % len(ANSWERS)])

    def step_set_probability(self, one, two):
        self._lead(one).write({"probability": [0, 40, 100][two % 3]})

    def step_win(self, one, two):
        self._lead(one).action_set_won()

    def step_win_all(self, one, two):
        self._leads.action_set_won()

    def step_lose(self, one, two):
        self._lead(one).action_set_lost()

    def step_restore(self, one, two):
        self._lead(one).action_restore()

    def step_archive(self, one, two):
        self._lead(one).action_archive()

    def step_unarchive(self, one, two):
        self._lead(one).action_unarchive()

    def step_convert(self, one, two):
        self._lead(one).convert_opportunity(False, team_id=self._team(two).id)

    def step_merge(self, one, two):
        leads = self._lead(one) | self._lead(two) | self._lead(one + two)
        leads.merge_opportunity()
        self._leads = self._leads.exists()

    def step_delete(self, one, two):
        lead = self._lead(one)
        self._leads -= lead
        lead.unlink()

    def step_toggle_won_stage(self, one, two):
        self.stage_gen_1.is_won = not self.stage_gen_1.is_won

    def step_change_rules(self, one, two):
        self.grade_b.cut = 5 + 7 * two
        self.grade_a.domain = str([("funnel_need_fit", "!=", False)] * (one % 2))
        self.env["funnel.regrade"]._regrade()

    def step_check_nightly(self, one, two):
        self.assertEqual(self.env["funnel.stage.move"]._reconcile("reconcile"), 0)

    # What the numbers choose --------------------------------------------------------

    def _model(self):
        return self.env["crm.lead"].with_context(active_test=False)

    def _lead(self, number):
        return self._leads[number % len(self._leads)]

    def _stage(self, number):
        stages = self.stage_new | self.stage_next | self.stage_gen_1 | self.stage_won
        stages |= self.stage_other_team
        return stages[number % len(stages)]

    def _team(self, number):
        return (self.sales_team_1, self.team_other)[number % 2]

    def _load(self, names, rows):
        model = self._model().with_context(import_file=True, tracking_disable=True)
        self._leads |= self._model().browse(model.load(names, rows)["ids"] or [])


STEPS = sorted(name for name in vars(Histories) if name.startswith("step_"))
HISTORY = st.lists(
    st.tuples(st.sampled_from(STEPS), st.integers(0, 9), st.integers(0, 9)),
    min_size=10,
    max_size=30,
)


@tagged("post_install", "-at_install")
class TestLedgerProperty(Histories, FunnelCommon):
    # 40 histories of up to 30 steps take about 20 seconds.
    @examples(40)
    @given(HISTORY)
    @mute_logger("odoo.models.unlink", "odoo.sql_db")
    def test_replay_gives_live_after_every_step(self, history):
        savepoint = self.env.cr.savepoint()
        try:
            self._leads = self._model()
            self.step_create(0, 1)
            self.step_create(1, 0)
            for name, one, two in history:
                self._take(name, one, two)
                self.assertReplayGivesLive()
                self.assertSuggestionsReplayGiveLive()
        finally:
            savepoint.close(rollback=True)
            self.env.clear()
            self.env.registry.clear_cache()

    def _take(self, name, one, two):
        """Take one step; what core refuses has not happened."""
        if not self._leads:
            name = "step_create"
        before = self._leads
        with suppress(UserError):
            with self.env.cr.savepoint():
                getattr(self, name)(one, two)
            return
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        self._leads = before
