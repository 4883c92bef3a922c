"""The number of queries does not grow with the number of leads."""

from odoo.tests import tagged, warmup

from ..common import FULL_PROSPECT, FunnelCommon

FEW, MANY = 20, 200  # leads
SLACK = 3  # queries that batches of core and caches may cost more


@tagged("post_install", "-at_install")
class TestQueriesAreFlat(FunnelCommon):
    def assertFlat(self, function, few=FEW, many=MANY, slack=SLACK):
        """``function`` gets a number of leads and returns what to count."""
        for number in (few, many):
            self._count(function(number))  # warm
        counts = [self._count(function(number)) for number in (few, many)]
        self.assertLessEqual(counts[1], counts[0] + slack, counts)
        self.assertGreater(counts[0], 0)

    def test_moving_leads(self):
        def move(number):
            leads = self._create_leads(number)
            return lambda: self._move(leads, self.stage_next)

        self.assertFlat(move)

    def test_losing_leads(self):
        def lose(number):
            leads = self._create_leads(number)
            return leads.action_set_lost

        self.assertFlat(lose)

    def test_creating_leads(self):
        def create(number):
            return lambda: self._create_leads(number, **FULL_PROSPECT)

        self.assertFlat(create, slack=8)  # core inserts by the hundred

    def test_importing_leads(self):
        """Without columns that core itself looks up row by row."""
        defaults = {
            "default_user_id": self.rep.id,
            "default_team_id": self.sales_team_1.id,
            "default_stage_id": self.stage_gen_1.id,
        }
        model = self.env["crm.lead"].with_user(self.rep)
        model = model.with_context(import_file=True, tracking_disable=True, **defaults)
        names = ["name", "funnel_client", "funnel_need_fit", "funnel_need"]
        row = ["Imported", "Momcorp", "Full match", "A CRM"]

        def load(number):
            return lambda: self.assertTrue(model.load(names, [row] * number)["ids"])

        self.rep.lang = "en_US"
        self.assertFlat(load, slack=8)

    def test_answering_questions(self):
        def answer(number):
            leads = self._create_leads(number)
            return lambda: leads.write({"funnel_authority": "decides"})

        self.assertFlat(answer)

    def test_proposing_and_reviewing_grades(self):
        def grade(number):
            leads = self._create_leads(number, **FULL_PROSPECT)

            def steps():
                leads.with_user(self.rep).funnel_propose_grade(False, "Budget")
                leads.with_user(self.manager).funnel_review_grade()

            return steps

        self.assertFlat(grade)

    def test_scoring_all_open_leads(self):
        def regrade(number):
            self._create_leads(number, **FULL_PROSPECT)
            self.env.cr.execute("UPDATE crm_lead SET funnel_score = 1")
            return self.env["funnel.regrade"]._regrade

        self.assertFlat(regrade)

    def _specify_board(self):
        fields = self.env["crm.lead"]._fields
        return {
            name: {"fields": {"display_name": {}}} if fields[name].relational else {}
            for name in self._specification_of("kanban")
        }

    def test_the_board_reads_only_what_its_cards_show(self):
        """Else a field that a card's note reads brings all columns of the lead."""
        leads = self._create_leads(2, **FULL_PROSPECT).with_user(self.rep)
        self.env.flush_all()
        self.env.invalidate_all()
        leads.web_read(self._specify_board())
        unread = self.env["crm.lead"]._fields["description"]
        self.assertFalse(set(leads.ids) & set(unread._get_cache(leads.env)))

    def test_showing_the_board(self):
        specification = self._specify_board()

        def show(number):
            leads = self._create_leads(number, **FULL_PROSPECT)
            board = self.env["crm.lead"].with_user(self.rep)
            domain = [("id", "in", leads.ids)]
            return lambda: board.web_search_read(domain, specification, limit=number)

        self.assertFlat(show, few=20, many=80)

    @warmup
    def test_opening_a_form_is_bounded(self):
        lead = self._create_lead(**FULL_PROSPECT, partner_name="Momcorp")
        names = [name for name in lead._fields if name.startswith("funnel_")]
        specification = {name: {} for name in names}
        lead = lead.with_user(self.rep)
        self._count(lambda: lead.web_read(specification))
        queries = self._count(lambda: lead.web_read(specification))
        self.assertLessEqual(queries, 24)
