from typing import NamedTuple

from odoo import api, models
from odoo.tools.translate import LazyGettext, LazyTranslate

_lt = LazyTranslate(__name__)
BUDGET = 100_000  # S1-9: 10万
MANAGERS_WORD = "[]"  # an approval that every lead needs
HAS_DECIDER = "[('funnel_stakeholder_ids', 'any', [('role', '=', 'decides')])]"
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
NEEDLESS = "[('funnel_need_fit', '=', 'none')]"
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


REP, MANAGER = _lt("Sales representative"), _lt("Sales manager")

# ------------------------------------------------------------
# Criteria that several stages have
# ------------------------------------------------------------

NEED = Ask("need", _lt("Need is confirmed"), fields=("funnel_need",))
DECIDER = Ask(
    "decider",
    _lt("Decision maker is known"),
    HAS_DECIDER,
    message=_lt("Add the person who decides to the decision chain."),
)
AMOUNT = Ask("amount", _lt("Amount is quoted"), "[('expected_revenue', '>', 0)]")
PLAN = Ask(
    "plan", _lt("Closing plan is made"), "[('funnel_closing_step_ids', '!=', False)]"
)
STILL = Ask("still", _lt("30 days without advance"), STANDS_STILL, direction="dropout")
NO_NEED = Ask("no_need", _lt("No need for our offer"), NEEDLESS, direction="dropout")
SIGNED = Ask(
    "signed",
    _lt("Contract and first payment are confirmed"),
    MANAGERS_WORD,
    effect="approve",
    message=_lt("The manager confirms contract and first payment."),
)
WON = Stage(
    "won",
    _lt("Won"),
    _lt("Contract signed and first payment received."),
    MANAGER,
    (SIGNED,),
    is_won=True,
)

# ------------------------------------------------------------
# S0
# ------------------------------------------------------------

S0 = (
    Stage(
        "s0.potential",
        _lt("Potential stage"),
        _lt("The need is confirmed, the client is not yet worked deeply."),
        REP,
        (NEED._replace(name=_lt("Need is known"), effect="warn"),),
    ),
    Stage(
        "s0.intent",
        _lt("Intent stage"),
        _lt("The client accepts our value and compares offers."),
        REP,
        (
            Ask(
                "contact",
                _lt("A follow-up is logged"),
                "[('funnel_followup_ids', '!=', False)]",
                message=_lt("Log a follow-up with the client."),
            ),
            STILL,
        ),
    ),
    Stage(
        "s0.evaluation",
        _lt("Evaluation stage"),
        _lt("The client discusses internally, commercial talks are prepared."),
        REP,
        (
            DECIDER,
            Ask(
                "evaluation",
                _lt("Opportunity is evaluated"),
                "[('funnel_evaluation_ids', '!=', False)]",
                message=_lt("Score the opportunity on the page “Evaluation”."),
            ),
            STILL,
        ),
    ),
    Stage(
        "s0.closing",
        _lt("Closing stage"),
        _lt("Near signing, the last objections are cleared."),
        MANAGER,
        (PLAN._replace(message=_lt("Date the steps that lead to the signature.")),),
    ),
    WON._replace(key="s0.won"),
)

# ------------------------------------------------------------
# S1
# ------------------------------------------------------------

S1 = (
    Stage(
        "s1.lead",
        _lt("New lead"),
        _lt("From a channel, with a valid contact."),
        _lt("Marketing specialist"),
        (
            Ask("client", _lt("Client is named"), CLIENT, effect="warn"),
            Ask("contact", _lt("Client can be reached"), REACHABLE, effect="warn"),
            Ask(
                "source",
                _lt("Source and date are known"),
                fields=("source_id", "funnel_obtained_at"),
                effect="warn",
            ),
            Ask(
                "unreachable",
                _lt("Contact is invalid"),
                fields=("phone", "email_from"),
                direction="dropout",
            ),
            NO_NEED,
        ),
    ),
    Stage(
        "s1.mql",
        _lt("MQL"),
        _lt("Need confirmed, budget and time fit."),
        REP,
        (
            NEED,
            Ask("budget", _lt("Budget is at least 100,000"), ENOUGH),
            Ask("time", _lt("Purchase within 3 months"), SOON),
            STILL,
        ),
    ),
    Stage(
        "s1.sql",
        _lt("SQL"),
        _lt("Need clear, decision maker known, budget approved."),
        REP,
        (
            Ask(
                "facts",
                _lt("Need, budget and time are filled in"),
                fields=(
                    "funnel_need",
                    "funnel_budget_min",
                    "funnel_budget_max",
                    "funnel_purchase_date",
                ),
            ),
            DECIDER,
            Ask(
                "confirmed",
                _lt("Manager confirms the opportunity"),
                MANAGERS_WORD,
                effect="approve",
            ),
            NO_NEED,
            Ask("short", _lt("Budget is short"), SHORT, direction="dropout"),
        ),
    ),
    Stage(
        "s1.negotiation",
        _lt("Negotiation"),
        _lt("Quotation submitted, the key decision maker has no objection."),
        MANAGER,
        (
            Ask("quoted", _lt("Quotation is sent"), QUOTED),
            AMOUNT._replace(
                message=_lt("Fill in the expected revenue of the quotation.")
            ),
            Ask("attitude", _lt("Decision maker is not against us"), NOT_AGAINST),
            Ask("paused", _lt("Purchase is paused"), PAUSED, direction="dropout"),
        ),
    ),
    WON._replace(key="s1.won", name=_lt("Closed Won")),
)

# ------------------------------------------------------------
# S4
# ------------------------------------------------------------

S4 = (
    Stage("s4.contact", _lt("Initial contact"), _lt("The client is reached."), REP),
    Stage(
        "s4.need",
        _lt("Need confirmed"),
        _lt("What the client needs is known."),
        REP,
        (NEED, STILL),
    ),
    Stage(
        "s4.solution",
        _lt("Solution discussed"),
        _lt("The client discusses our solution."),
        REP,
        (DECIDER,),
    ),
    Stage(
        "s4.negotiation",
        _lt("Negotiation stage"),
        _lt("Price and terms are negotiated."),
        MANAGER,
        (AMOUNT,),
    ),
    Stage(
        "s4.signing",
        _lt("Signing stage"),
        _lt("The contract is being signed."),
        MANAGER,
        (PLAN,),
    ),
    WON._replace(key="s4.won"),
)


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

    def _get_s0_stages(self):
        return self._translate(S0)

    def _get_s1_stages(self):
        return self._translate(S1)

    def _get_s4_stages(self):
        return self._translate(S4)

    def _translate(self, stages):
        """Return rows of a template in the reader's language."""
        return [
            self._put(stage)._replace(asks=tuple(map(self._put, stage.asks)))
            for stage in stages
        ]

    def _put(self, row):
        """Return one row with its lazy texts put into the reader's language."""
        translate = self.env._
        texts = {
            name: translate(value)
            for name, value in row._asdict().items()
            if isinstance(value, LazyGettext)
        }
        return row._replace(**texts)
