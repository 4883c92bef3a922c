"""Errors of the addon, so that callers and tests can catch them by type."""

from odoo.exceptions import AccessError, ValidationError


class FunnelLedgerError(AccessError):
    """Somebody tried to change or delete a row of an append-only ledger."""


class FunnelGradeError(ValidationError):
    """A grade was proposed or reviewed in a way the rules do not allow."""


class FunnelRegisterError(ValidationError):
    """A line of the lead register cannot be taken as it stands."""


class FunnelScorecardError(ValidationError):
    """A scorecard, band or grade is set up in a way that cannot work."""


class FunnelFollowupError(ValidationError):
    """A record of the work on a lead (log, chain, plan, request) does not hold up."""
