from typing import NamedTuple

from odoo import api, models

BUDGET = 100_000  # S1-9: 10万
MANAGERS_WORD = "[]"  # an approval that every lead needs
DECIDER = "[('funnel_stakeholder_ids', 'any', [('role', '=', 'decides')])]"
NOT_AGAINST = (
    "[('funnel_stakeholder_ids', 'any', [('role', '=', 'decides'),"
    " ('stance', 'in', ['supports', 'neutral'])])]"
)
CLIENT = (
    "['|', '|', ('partner_name', '!=', False), ('contact_name', '!=', False),"
    " ('partner_id', '!=', False)]"
)
REACHABLE = "['|', ('phone', '!=', False), ('email_from', '!=', False)]"
ENOUGH = (
    f"['|', ('funnel_budget_min', '>=', {BUDGET}),"
    f" ('funnel_budget_max', '>=', {BUDGET})]"
)
SHORT = f"[('funnel_budget_max', '>', 0), ('funnel_budget_max', '<', {BUDGET})]"
SOON = "[('funnel_purchase_date', '<=', '+3m')]"
STANDS_STILL = "[('funnel_stage_move_ids', 'not any', [('happened_at', '>=', '-30d')])]"
NO_NEED = "[('funnel_need_fit', '=', 'none')]"
PAUSED = "[('funnel_resume_date', '!=', False)]"
QUOTED = "[('order_ids', 'any', [('state', 'in', ['sent', 'sale'])])]"


class Ask(NamedTuple):
    """A criterion of a template: a domain, or names of required fields."""

    key: str
    name: str
    domain: str = ""
    fields: tuple = ()
    effect: str = "block"
    direction: str = "entry"
    message: str = ""


class Stage(NamedTuple):
    """A stage of a template."""

    key: str
    name: str
    goal: str
    owner: str
    asks: tuple = ()
    is_won: bool = False


class FunnelTemplate(models.AbstractModel):
    """The handbooks' funnels, in the reader's language (S0-23, S1-6…15, S4-2)."""

    _name = "funnel.template"
    _description = "Funnels of the handbooks"

    @api.model
    def _get_labels(self):
        """Return ``[(code, label)]``. Override to add others."""
        _ = self.env._
        return [
            ("s0", _("Opportunity stages (S0)")),
            ("s1", _("Standard B2B funnel (S1)")),
            ("s4", _("Prospect statuses (S4)")),
        ]

    @api.model
    def _get_stages(self, code):
        """Return the stages of a template that can be used here, in order."""
        stages = getattr(self, f"_get_{code}_stages")()
        known = self.env["crm.lead"]._fields
        has_sales = "order_ids" in known
        return [
            stage._replace(
                asks=tuple(a for a in stage.asks if has_sales or a.domain != QUOTED)
            )
            for stage in stages
        ]

    # ------------------------------------------------------------
    # S0
    # ------------------------------------------------------------

    def _get_s0_stages(self):
        _ = self.env._
        rep, manager = _("Sales representative"), _("Sales manager")
        return [
            Stage(
                "s0.potential",
                _("Potential stage"),
                _("The need is confirmed, the client is not yet worked deeply."),
                rep,
                (
                    Ask(
                        "need",
                        _("Need is known"),
                        fields=("funnel_need",),
                        effect="warn",
                    ),
                ),
            ),
            Stage(
                "s0.intent",
                _("Intent stage"),
                _("The client accepts our value and compares offers."),
                rep,
                (
                    Ask(
                        "contact",
                        _("A follow-up is logged"),
                        "[('funnel_followup_ids', '!=', False)]",
                        message=_("Log a follow-up with the client."),
                    ),
                    self._ask_stands_still(),
                ),
            ),
            Stage(
                "s0.evaluation",
                _("Evaluation stage"),
                _("The client discusses internally, commercial talks are prepared."),
                rep,
                (
                    self._ask_decider(),
                    Ask(
                        "evaluation",
                        _("Opportunity is evaluated"),
                        "[('funnel_evaluation_ids', '!=', False)]",
                        message=_("Score the opportunity on the page “Evaluation”."),
                    ),
                    self._ask_stands_still(),
                ),
            ),
            Stage(
                "s0.closing",
                _("Closing stage"),
                _("Near signing, the last objections are cleared."),
                manager,
                (
                    Ask(
                        "plan",
                        _("Closing plan is made"),
                        "[('funnel_closing_step_ids', '!=', False)]",
                        message=_("Date the steps that lead to the signature."),
                    ),
                ),
            ),
            self._get_won_stage("s0.won", manager),
        ]

    # ------------------------------------------------------------
    # S1
    # ------------------------------------------------------------

    def _get_s1_stages(self):
        _ = self.env._
        rep, manager = _("Sales representative"), _("Sales manager")
        return [
            self._get_s1_lead(),
            self._get_s1_mql(rep),
            self._get_s1_sql(rep),
            self._get_s1_negotiation(manager),
            self._get_won_stage("s1.won", manager, _("Closed Won")),
        ]

    def _get_s1_lead(self):
        _ = self.env._
        return Stage(
            "s1.lead",
            _("New lead"),
            _("From a channel, with a valid contact."),
            _("Marketing specialist"),
            (
                Ask("client", _("Client is named"), CLIENT, effect="warn"),
                Ask("contact", _("Client can be reached"), REACHABLE, effect="warn"),
                Ask(
                    "source",
                    _("Source and date are known"),
                    fields=("source_id", "funnel_obtained_at"),
                    effect="warn",
                ),
                Ask(
                    "unreachable",
                    _("Contact is invalid"),
                    fields=("phone", "email_from"),
                    direction="dropout",
                ),
                self._ask_no_need(),
            ),
        )

    def _get_s1_mql(self, rep):
        _ = self.env._
        return Stage(
            "s1.mql",
            _("MQL"),
            _("Need confirmed, budget and time fit."),
            rep,
            (
                Ask("need", _("Need is confirmed"), fields=("funnel_need",)),
                Ask("budget", _("Budget is at least 100,000"), ENOUGH),
                Ask("time", _("Purchase within 3 months"), SOON),
                self._ask_stands_still(),
            ),
        )

    def _get_s1_sql(self, rep):
        _ = self.env._
        return Stage(
            "s1.sql",
            _("SQL"),
            _("Need clear, decision maker known, budget approved."),
            rep,
            (
                Ask(
                    "facts",
                    _("Need, budget and time are filled in"),
                    fields=(
                        "funnel_need",
                        "funnel_budget_min",
                        "funnel_budget_max",
                        "funnel_purchase_date",
                    ),
                ),
                self._ask_decider(),
                Ask(
                    "confirmed",
                    _("Manager confirms the opportunity"),
                    MANAGERS_WORD,
                    effect="approve",
                ),
                self._ask_no_need(),
                Ask("short", _("Budget is short"), SHORT, direction="dropout"),
            ),
        )

    def _get_s1_negotiation(self, manager):
        _ = self.env._
        return Stage(
            "s1.negotiation",
            _("Negotiation"),
            _("Quotation submitted, the key decision maker has no objection."),
            manager,
            (
                Ask("quoted", _("Quotation is sent"), QUOTED),
                Ask(
                    "amount",
                    _("Amount is quoted"),
                    "[('expected_revenue', '>', 0)]",
                    message=_("Fill in the expected revenue of the quotation."),
                ),
                Ask("attitude", _("Decision maker is not against us"), NOT_AGAINST),
                Ask("paused", _("Purchase is paused"), PAUSED, direction="dropout"),
            ),
        )

    # ------------------------------------------------------------
    # S4
    # ------------------------------------------------------------

    def _get_s4_stages(self):
        _ = self.env._
        rep, manager = _("Sales representative"), _("Sales manager")
        need = Ask("need", _("Need is confirmed"), fields=("funnel_need",))
        return [
            Stage("s4.contact", _("Initial contact"), _("The client is reached."), rep),
            Stage(
                "s4.need",
                _("Need confirmed"),
                _("What the client needs is known."),
                rep,
                (need, self._ask_stands_still()),
            ),
            Stage(
                "s4.solution",
                _("Solution discussed"),
                _("The client discusses our solution."),
                rep,
                (self._ask_decider(),),
            ),
            Stage(
                "s4.negotiation",
                _("Negotiation stage"),
                _("Price and terms are negotiated."),
                manager,
                (
                    Ask(
                        "amount",
                        _("Amount is quoted"),
                        "[('expected_revenue', '>', 0)]",
                    ),
                ),
            ),
            Stage(
                "s4.signing",
                _("Signing stage"),
                _("The contract is being signed."),
                manager,
                (
                    Ask(
                        "plan",
                        _("Closing plan is made"),
                        "[('funnel_closing_step_ids', '!=', False)]",
                    ),
                ),
            ),
            self._get_won_stage("s4.won", manager),
        ]

    # ------------------------------------------------------------
    # PARTS
    # ------------------------------------------------------------

    def _get_won_stage(self, key, owner, name=None):
        _ = self.env._
        return Stage(
            key,
            name or _("Won"),
            _("Contract signed and first payment received."),
            owner,
            (
                Ask(
                    "signed",
                    _("Contract and first payment are confirmed"),
                    MANAGERS_WORD,
                    effect="approve",
                    message=_("The manager confirms contract and first payment."),
                ),
            ),
            is_won=True,
        )

    def _ask_decider(self):
        _ = self.env._
        return Ask(
            "decider",
            _("Decision maker is known"),
            DECIDER,
            message=_("Add the person who decides to the decision chain."),
        )

    def _ask_stands_still(self):
        name = self.env._("30 days without advance")
        return Ask("still", name, STANDS_STILL, direction="dropout")

    def _ask_no_need(self):
        name = self.env._("No need for our offer")
        return Ask("no_need", name, NO_NEED, direction="dropout")
