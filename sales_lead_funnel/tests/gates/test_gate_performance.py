"""What the gates cost: nothing without criteria, little and flat with them."""

from odoo.tests import tagged

from ...exceptions import FunnelGateError
from ..common_gates import GateCommon

DRAG_BUDGET = 10  # queries that gates may add to one drag
FEW, MANY = 20, 200
TEN = [
    "[('funnel_need', '!=', False)]",
    "[('funnel_authority', '=', 'decides')]",
    "[('funnel_budget_max', '>=', 100000)]",
    "[('funnel_purchase_date', '!=', False)]",
    "[('expected_revenue', '>=', 0)]",
    "[('phone', '=', False)]",
    "[('name', '!=', False)]",
    "[('user_id', '!=', False)]",
    "[('team_id', '!=', False)]",
    "[('funnel_stakeholder_ids.role', '=', 'decides')]",
]


@tagged("post_install", "-at_install")
class TestGateQueries(GateCommon):
    def _create_ready(self, count):
        leads = self._create_leads(
            count,
            funnel_need="A CRM",
            funnel_authority="decides",
            funnel_budget_max=200_000,
            funnel_purchase_date="2027-01-01",
        )
        self.env["funnel.stakeholder"].create(
            [{"lead_id": lead.id, "name": "Fry", "role": "decides"} for lead in leads]
        )
        return leads

    def _count_move(self, leads, stage=None):
        """Return the queries of moving leads as the board does, all caches warm."""
        specification = {"stage_id": {}}
        leads = leads.with_user(self.rep).with_context(tracking_disable=True)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        leads.web_save({"stage_id": (stage or self.stage_next).id}, specification)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _count_warm(self, count):
        self._count_move(self._create_ready(count))
        return self._count_move(self._create_ready(count))

    def _gate(self):
        for number, domain in enumerate(TEN):
            self._create_criterion(domain=domain, name=f"Condition {number}")

    def test_drag_without_criteria_costs_nothing(self):
        counts = []
        for patched in (False, True):
            if patched:
                leads = self.env.registry["crm.lead"]
                self.patch(leads, "_funnel_may_enter", lambda *_args: False)
            counts.append(self._count_warm(1))
        self.assertEqual(*counts)

    def test_drag_with_ten_criteria_is_cheap(self):
        free = self._count_warm(1)
        self._gate()
        self._create_criterion("funnel_need", "funnel_decision_people", effect="warn")
        gated = self._count_warm(1)
        self.assertLessEqual(gated - free, DRAG_BUDGET)
        self.assertGreater(gated, free)

    def test_drag_into_a_stage_without_criteria_is_cheap(self):
        free = self._count_warm(1)
        self._create_criterion("funnel_need", stage=self.stage_won)
        self.assertLessEqual(self._count_warm(1) - free, DRAG_BUDGET)

    def test_queries_do_not_grow_with_the_leads(self):
        self._gate()
        # One that no lead meets, so that there is something to say of each.
        self._create_criterion("funnel_decision_people", "tag_ids", effect="warn")
        few, many = self._count_warm(FEW), self._count_warm(MANY)
        self.assertLessEqual(many, few + 3, (few, many))

    def test_queries_of_letting_in_do_not_grow_with_the_leads(self):
        """A manager moves leads that ask for approval: each goes on record."""
        self._create_criterion(domain="[]", effect="approve")
        counts = []
        for number in (FEW, FEW, MANY):
            leads = self._create_leads(number).with_user(self.manager)
            leads = leads.with_context(tracking_disable=True)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            leads.write({"stage_id": self.stage_next.id})
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(leads.sudo().funnel_approval_ids), number)
        self.assertLessEqual(counts[2], counts[1] + 5, counts)

    def test_queries_of_a_refusal_do_not_grow_with_the_leads(self):
        self._gate()
        counts = []
        for number in (FEW, FEW, MANY):
            leads = self._create_leads(number).with_user(self.rep)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with self.assertRaises(FunnelGateError) as caught:
                leads.write({"stage_id": self.stage_next.id})
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(caught.exception.stayed_ids), number)
        self.assertLessEqual(counts[2], counts[1] + 5, counts)

    def test_queries_of_keeping_answers_do_not_grow_with_the_leads(self):
        """Written is the probability: what their stages require is still there."""
        self._create_criterion("funnel_need", "funnel_budget_max")
        self._create_criterion("funnel_authority", stage=self.stage_next)
        counts = []
        for number in (30, 30, 300):
            leads = self._create_ready(number)
            leads.write({"stage_id": self.stage_next.id})
            leads = leads.with_user(self.rep).with_context(tracking_disable=True)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            leads.write({"probability": 42})
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1] + 5, counts)

    def test_board_does_not_ask_per_card(self):
        self._gate()
        self._create_criterion(domain="[]", effect="approve")
        names = ["funnel_card_note", "funnel_proven_stage_id", "funnel_stage_gap"]

        def count(number):
            leads = self._create_ready(number).with_user(self.rep)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            leads.read(names)
            return self.env.cr.sql_log_count - before

        count(FEW)
        self.assertLessEqual(count(80), count(FEW) + 3)

    def test_board_of_leads_above_their_proof_does_not_ask_per_card(self):
        self._gate()
        self._create_criterion("funnel_need", "funnel_sales_12m", effect="warn")
        late = self.stage_gen_1
        self._create_criterion(domain="[]", effect="approve", stage=late)

        def count(number):
            leads = self._create_leads(number)
            leads.write({"stage_id": late.id})
            leads = leads.with_user(self.rep)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            leads.mapped("funnel_claim_note")
            queries = self.env.cr.sql_log_count - before
            self.assertTrue(all(leads.mapped("funnel_claim_note")))
            return queries

        count(FEW)
        self.assertLessEqual(count(80), count(FEW) + 3)
