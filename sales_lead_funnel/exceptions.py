"""Errors of the addon, so that callers and tests can catch them by type."""

from odoo.exceptions import AccessError, ValidationError


class FunnelLedgerError(AccessError):
    """Somebody tried to change or delete a row of an append-only ledger."""


class FunnelDerivedError(ValidationError):
    """Somebody wrote a field that follows from other records."""


class FunnelGradeError(ValidationError):
    """A grade was proposed or reviewed in a way the rules do not allow.

    ``context`` reaches the web client, which offers to propose the grade.
    """

    def __init__(self, message, lead_id=False, grade_id=False):
        super().__init__(message)
        self.context = {}
        if lead_id and grade_id:
            self.context = {"funnel_grade": {"lead_id": lead_id, "grade_id": grade_id}}


class FunnelRegisterError(ValidationError):
    """A line of the lead register cannot be taken as it stands."""


class FunnelNumberError(ValidationError):
    """A number is none, or larger than any can be."""


class FunnelScorecardError(ValidationError):
    """A scorecard, band or grade is set up in a way that cannot work."""


class FunnelFollowupError(ValidationError):
    """A record of the work on a lead (log, chain, plan, request) does not hold up."""


class FunnelCriterionError(ValidationError):
    """A criterion of a stage is set up in a way that cannot work."""


class FunnelGateError(ValidationError):
    """Leads may not enter a stage, or would lose what their stage requires.

    ``context`` reaches the web client, which offers to fill in what is missing.
    """

    def __init__(self, message, lead_id=False, stage_id=False, missing=None):
        """
        :param missing: names of the fields that the dialog, open already, asks for
        """
        super().__init__(message)
        self.stayed_ids = []  # the refused leads
        self.asks_only_approval = False
        self.context = {"funnel_missing": missing} if missing else {}
        if lead_id and stage_id:
            self.context["funnel_gate"] = {"lead_id": lead_id, "stage_id": stage_id}


class FunnelApprovalError(ValidationError):
    """A request to enter a stage was asked or answered against the rules."""


class FunnelLossError(ValidationError):
    """A loss or competitor is told in a way that does not hold up."""


class FunnelTextError(ValidationError):
    """A text is too long, or a name is blank."""
