from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.wording import split_names, stage_key

# What the handbooks call core's own stages (S0-23, S1-6, S2-13, S4-2), in both scripts.
HANDBOOK_NAMES = {
    "crm.stage_lead1": ("New", "潜在, 潛在, 初步接触, 初步接觸, 初步接洽, Lead"),
    "crm.stage_lead2": ("Qualified", "意向, 需求确认, 需求確認, 需求分析, MQL"),
    "crm.stage_lead3": (
        "Proposition",
        "评估, 評估, 商机, 商機, 方案提交, 方案讨论, 方案討論, SQL",
    ),
    "crm.stage_lead4": ("Won", "成交, 已成交, Closed Won"),
}
QUOTED_STAGE = "crm.stage_lead3"  # core's “Proposition”: the quotation is out


class CrmStage(models.Model):
    _name = "crm.stage"
    _inherit = ["funnel.intake.mixin", "crm.stage"]

    funnel_quote_out = fields.Boolean(
        string="Quotation is out",
        help="In this stage the client has our quotation: the coach warns when the "
        "decision maker falls silent.",
    )

    funnel_aliases = fields.Char(
        string="Also called",
        help="Other names of this stage in files to be imported, with commas between; "
        "“stage”, 阶段, 客户 and 线索 at the end do not matter.",
    )

    def _funnel_find_by_name(self, text):
        """Return those of these stages that are called so.

        The very name comes first, then names but for “stage” and the like, then
        other names.
        """
        text, key = text.strip(), stage_key(text)
        return (
            self.filtered(lambda stage: text in stage._funnel_list_names())
            or self.filtered(lambda s: key in map(stage_key, s._funnel_list_names()))
            or self.filtered(lambda s: key in map(stage_key, s._funnel_list_aliases()))
        )

    def _funnel_list_names(self):
        """Return the name in the reader's language and in English."""
        return [self.name, self.with_context(lang="en_US").name]

    def _funnel_list_aliases(self):
        return split_names(self.funnel_aliases)

    @api.model
    def _funnel_preset_aliases(self):
        """Give core's stages the handbooks' names, where they still are core's.

        By SQL, so that core's own columns stay as they are.
        """
        self.flush_model(["funnel_aliases", "funnel_quote_out"])
        for xmlid, (name, aliases) in HANDBOOK_NAMES.items():
            stage = self.env.ref(xmlid, raise_if_not_found=False)
            if (
                stage
                and stage.with_context(lang="en_US").name == name
                and not stage.funnel_aliases
            ):
                self.env.cr.execute(
                    SQL(
                        "UPDATE crm_stage SET funnel_aliases = %s,"
                        " funnel_quote_out = %s WHERE id = %s",
                        aliases,
                        xmlid == QUOTED_STAGE,
                        stage.id,
                    )
                )
        self.invalidate_model(["funnel_aliases", "funnel_quote_out"], flush=False)

    @api.ondelete(at_uninstall=False)
    def _keep_name_in_ledger(self):
        """Note the name of a stage that goes, in the history that passed it."""
        for model, column in (
            ("funnel.stage.move", "to_stage_id"),
            ("funnel.loss", "stage_id"),
        ):
            table = self.env[model]
            table.flush_model([column])
            for stage in self:
                self.env.cr.execute(
                    SQL(
                        "UPDATE %s SET deleted_stage = %s WHERE %s = %s",
                        SQL.identifier(table._table),
                        stage.name,
                        SQL.identifier(column),
                        stage.id,
                    )
                )
            table.invalidate_model(["deleted_stage"], flush=False)
