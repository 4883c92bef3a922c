from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from ...install import vocabulary

MODULE = "sales_lead_funnel"


@tagged("post_install", "-at_install")
class TestVocabulary(TransactionCase):
    """Channels, first tags and reasons of loss: there once, whatever was there."""

    def _ref(self, xmlid):
        return self.env.ref(f"{MODULE}.{xmlid}", raise_if_not_found=False)

    def _count(self):
        models = (vocabulary.SOURCE, vocabulary.TAG, vocabulary.REASON)
        words = [self.env[model].with_context(active_test=False) for model in models]
        return [model.search_count([]) for model in words]

    def _replace(self, xmlid, **vals):
        """Put a record of the company in the place of ours, made before the addon."""
        model = self._ref(xmlid)
        model.unlink()
        record = model.create(vals)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET create_date = '2020-01-01' WHERE id = %s",
                SQL.identifier(model._table),
                record.id,
            )
        )
        record.invalidate_recordset()
        return record

    def test_all_are_there_once(self):
        before = self._count()
        vocabulary.load(self.env)
        self.assertEqual(self._count(), before)
        for word in vocabulary.WORDS:
            self.assertTrue(self._ref(word.xmlid), word.xmlid)

    def test_each_reason_has_its_answer(self):
        for word in vocabulary.WORDS:
            if word.model == vocabulary.REASON:
                self.assertEqual(self._ref(word.xmlid).funnel_answer, word.answer[0])

    def test_what_core_calls_too_expensive_is_the_price(self):
        self.assertEqual(
            self._ref("lost_reason_price"), self.env.ref("crm.lost_reason_1")
        )

    def test_names_in_any_language_are_taken(self):
        """With other signs, width or case; and not renamed."""
        for xmlid, name, lang in (
            ("tag_high_budget", "高意向－预算明确", "en_US"),
            ("tag_low_ask", "低意向 - 仅咨询", "zh_CN"),
            ("tag_mid_compare", "MEDIUM intent: comparing", "en_US"),
            ("source_show", "trade SHOW", "en_US"),
        ):
            own = self._replace(xmlid, name="Own")
            own.with_context(lang=lang).name = name
            before = self._count()
            vocabulary.load(self.env)
            self.assertEqual(self._ref(xmlid), own, name)
            self.assertEqual(own.with_context(lang=lang).name, name)
            self.assertEqual(self._count(), before)

    def test_what_was_archived_stays_archived(self):
        own = self._replace("lost_reason_trust", name="缺乏信任", active=False)
        vocabulary.load(self.env)
        self.assertEqual(self._ref("lost_reason_trust"), own)
        self.assertFalse(own.active)

    def test_an_answer_of_the_company_stays(self):
        answer = "Invite them to our office."
        own = self._replace(
            "lost_reason_trust", name="Lack of trust", funnel_answer=answer
        )
        vocabulary.load(self.env)
        self.assertEqual(own.funnel_answer, answer)

    def test_both_languages(self):
        tag = self._ref("tag_high_budget")
        self.assertEqual(tag.with_context(lang="zh_CN").name, "高意向-预算明确")
        self.assertEqual(
            tag.with_context(lang="en_US").name, "High intent – clear budget"
        )

    def test_removing_the_addon_leaves_what_is_theirs(self):
        own = self._replace("tag_low", name="Low intent")
        vocabulary.load(self.env)
        used = self._ref("source_ad")
        self.env["crm.lead"].create(
            {"name": "Archived", "source_id": used.id, "active": False}
        )
        self.assertEqual(self._ref("tag_low"), own)
        vocabulary.leave(self.env)
        for xmlid, goes in (
            ("tag_low", False),
            ("source_ad", False),
            ("lost_reason_price", False),
            ("tag_high", True),
            ("source_web", True),
            ("lost_reason_trust", True),
        ):
            self.assertEqual(bool(self._ref(xmlid)), goes, xmlid)
