"""Words that were archived are found: an import makes no second one of them."""

from odoo.tests import tagged

from ...models.contact.funnel_followup import CHANNELS
from .test_import_register import ImportCommon


@tagged("post_install", "-at_install")
class TestArchivedWords(ImportCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.env
        cls.words = {
            "funnel_industry_id": env["res.partner.industry"].create({"name": "Rope"}),
            "medium_id": env["utm.medium"].create({"name": "Leaflet"}),
            "campaign_id": env["utm.campaign"].create({"name": "Spring"}),
            "funnel_competitor_ids": env["funnel.competitor"].create({"name": "Mom's"}),
        }

    def setUp(self):
        super().setUp()
        self.words = dict(self.words)

    def _load(self, **cells):
        leads = self.env["crm.lead"].with_context(import_file=True)
        return leads.with_user(self.manager).load(
            ["partner_name", *cells], [["Rope makers", *cells.values()]]
        )

    def assertFound(self, cells):
        counts = {name: len(self._every(name)) for name in self.words}
        result = self._load(**cells)
        self.assertFalse(result["messages"])
        lead = self.env["crm.lead"].browse(result["ids"])
        lead = lead.with_context(active_test=False)
        for name in cells:
            self.assertEqual(lead[name], self.words[name], name)
        self.assertEqual(counts, {name: len(self._every(name)) for name in self.words})

    def _every(self, name):
        model = self.words[name].with_context(active_test=False)
        return model.search([])

    def _cells(self):
        return {
            "funnel_industry_id": "Rope",
            "medium_id": "Leaflet",
            "campaign_id": "Spring",
            "funnel_competitor_ids": "Mom's",
        }

    def test_words_in_use_are_found(self):
        self.assertFound(self._cells())

    def test_archived_words_are_found(self):
        for word in self.words.values():
            word.active = False
        self.assertFound(self._cells())

    def test_archived_reason_of_a_loss_is_found(self):
        reason = self.env["crm.lost.reason"].create({"name": "Rope", "active": False})
        result = self._load(lost_reason_id="Rope")
        self.assertFalse(result["messages"])
        lead = self.env["crm.lead"].browse(result["ids"])
        self.assertEqual(lead.lost_reason_id, reason)

    def test_word_in_use_goes_before_an_archived_one(self):
        archived = self.words["funnel_industry_id"]
        archived.active = False
        self.words["funnel_industry_id"] = archived.copy({"active": True})
        self.words["funnel_industry_id"].name = "Rope"
        self.assertFound({"funnel_industry_id": "Rope"})

    def test_archived_word_in_another_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        industry = self.words["funnel_industry_id"]
        industry.with_context(lang="zh_CN").name = "绳"
        industry.active = False
        self.assertFound({"funnel_industry_id": "绳"})

    def test_archived_competitor_is_no_new_one_in_a_dialog(self):
        rival = self.words["funnel_competitor_ids"]
        rival.active = False
        found, _name = self.env["funnel.competitor"].name_create(" mom's ")
        self.assertEqual(found, rival.id)

    def test_archived_objection_of_a_follow_up_is_found(self):
        objection = self.env["funnel.objection"].create({"name": "Rope is dear"})
        objection.active = False
        lead = self._create_lead(partner_name="Rope makers")
        result = self._load_logs(lead, objection_id="Rope is dear")
        log = self.env["funnel.followup"].browse(result["ids"])
        self.assertEqual(log.objection_id, objection)

    def test_log_of_who_has_left_is_imported(self):
        self.ming.active = False
        lead = self._create_lead(partner_name="Rope makers")
        for name in ("小明", "xiaoming"):
            result = self._load_logs(lead, user_id=name, summary=name)
            log = self.env["funnel.followup"].browse(result["ids"])
            self.assertEqual(log.user_id, self.ming)

    def test_who_is_there_goes_before_who_has_left(self):
        self.ming.active = False
        self.hong.name = "小明"
        lead = self._create_lead(partner_name="Rope makers")
        result = self._load_logs(lead, user_id="小明")
        log = self.env["funnel.followup"].browse(result["ids"])
        self.assertEqual(log.user_id, self.hong)

    def test_archived_colleague_gets_no_lead(self):
        self.ming.active = False
        result = self._load(user_id="小明")
        self.assertFalse(result["ids"])

    def _load_logs(self, lead, **cells):
        logs = self.env["funnel.followup"].with_context(import_file=True)
        cells = {
            "lead_id": lead.funnel_code,
            "happened_at": "2024-03-01 10:00:00",
            "channel": CHANNELS[0][0],
            "summary": "Talked",
            **cells,
        }
        result = logs.with_user(self.manager).load(list(cells), [list(cells.values())])
        self.assertFalse(result["messages"])
        return result
