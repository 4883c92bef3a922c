"""Every override of core on the lead, as named steps in the order they happen.

The rooms hold what a step does, in slices of the lead without overrides. A step whose
fields do not change is not called.
"""

from odoo import api, models, tools

from ...exceptions import FunnelGateError
from ..base.arguments import once
from ..base.door import get_door, is_judged, with_path
from ..base.step import get_mark, with_mark
from ..contact.crm_lead_plan import REOPENERS
from ..deal.crm_lead import MERGE_KEY, Merge
from ..deal.crm_lead_talks import MERGED_TALKS
from ..gates.policy import ROWS_KEY
from ..gates.watch import MOVERS, SOURCES
from ..grading.crm_lead_grade import NO_GRADE
from ..ledger.crm_lead import LAZY_TRIGGERS, LEDGERED, TRIGGERS
from ..register.crm_lead import CLIENT_FACTS, MERGED

# Fields that a step after the write compares or takes for itself.
FOLLOWED = {
    *CLIENT_FACTS,
    *LAZY_TRIGGERS,
    *MOVERS,
    *NO_GRADE,
    *REOPENERS,
    *SOURCES,
    *TRIGGERS,
    "funnel_code",
    "funnel_obtained_at",
    "lost_reason_id",
}


class Before:
    """What the steps after a write need of what was before it."""

    __slots__ = ("away", "clients", "last_move", "obtained", "owners", "proposal")

    def __init__(self, leads):
        self.last_move = None  # id of the ledger's last row, where it is told late
        self.owners = {}  # {lead id: user}
        self.away = leads.browse()  # of whom nobody expects a next step
        self.proposal = None  # (grade id, reason)
        self.obtained = leads.browse()  # that get another moment
        self.clients = None  # ({lead: (client, its type)}, clients that bought)


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["funnel.intake", "funnel.activity.mixin", "crm.lead"]

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model
    def default_get(self, fields):
        return self._funnel_read_defaults(fields, super().default_get)

    @api.model_create_multi
    def create(self, vals_list):
        """New leads: cleaned, watched by the gates, then followed by their papers."""
        vals_list, cut_off = self._funnel_take_in_new(vals_list)
        vals_list = self._funnel_drop_no_stage(vals_list)
        with self._funnel_watch() as (watch, model):
            last_move = model._funnel_get_last_move()
            vals_list, proposals = model._funnel_take_out_grades(vals_list)
            vals_list = model._funnel_prepare_numbers(vals_list)
            vals_list = [model._funnel_prepare_vals(vals) for vals in vals_list]
            leads = super(CrmLead, model).create(vals_list)
            leads._funnel_check_obtained()
            leads._funnel_note_bought()
            leads._funnel_number_new(vals_list)
            leads._funnel_propose_new(proposals)
            leads._funnel_record_birth()
            leads._funnel_note_told_late(last_move)
            if watch:
                leads._funnel_note_births(watch)
        leads = leads.with_env(self.env)
        leads._funnel_keep_cut_off(cut_off)
        return leads

    def write(self, vals):
        """A change of leads: cleaned, watched by the gates, then followed."""
        if self._funnel_get_heeded().isdisjoint(vals):
            return super().write(vals)
        records = once(self)
        vals, whole = records._funnel_take_in(vals)
        with records._funnel_watch(vals) as (watch, leads):
            if watch and "stage_id" in vals:
                leads._funnel_note_asked(watch)
            changed = vals.keys()
            vals, before = leads._funnel_prepare_write(vals)
            result = super(CrmLead, leads).write(vals)
            leads._funnel_follow_write(vals, changed, before)
        records._funnel_keep_whole(whole)
        return result

    @api.model
    @tools.ormcache()
    def _funnel_get_heeded(self):
        """Return the names of fields whose change concerns us."""
        gates = self.env["funnel.criterion"]._get_gates()
        if gates.requires_derived:  # which may follow from whatever changes
            return frozenset(self._fields)
        return FOLLOWED.union(
            gates.required,
            self._funnel_get_days(),
            self._funnel_get_derived(),
            self._funnel_get_limits(),
            self._funnel_get_links(),
            self._funnel_get_numbers_told(),
        )

    def _funnel_prepare_write(self, vals):
        """Check what depends on what leads are, and note it for the steps after.

        :return: ``(values to write, Before)``
        """
        before, names = Before(self), vals.keys()
        before.last_move = self._funnel_get_last_move()
        if "user_id" in names:
            before.owners = self.sudo()._funnel_get_owners()
        if not names.isdisjoint(REOPENERS):
            before.away = self.sudo()._funnel_get_away()
        if not names.isdisjoint(NO_GRADE):
            vals, before.proposal = self._funnel_take_out_grade(vals)
        if "funnel_code" in names:
            vals = self._funnel_prepare_renumbering(vals)
        if "funnel_obtained_at" in names:
            vals, before.obtained = self._funnel_take_obtained(vals)
        if not names.isdisjoint(CLIENT_FACTS):
            before.clients = self._funnel_get_client_facts()
        return vals, before

    def _funnel_follow_write(self, vals, changed, before):
        """Let everything follow that hangs on what was written.

        :param changed: names of what was to be written, also where a step took it out
        """
        if "lost_reason_id" in vals:
            self._funnel_sync_reason()
        if before.clients:
            self._funnel_follow_client(vals, *before.clients)
        if before.obtained:
            before.obtained._funnel_check_obtained()
        if "funnel_code" in vals:
            self._funnel_renumber()
        if before.proposal:
            self._funnel_propose_given(*before.proposal)
        if before.owners:
            self.sudo()._funnel_hand_over(before.owners)
        if before.away:
            (before.away - before.away._funnel_get_away())._funnel_plan_return()
        if self._funnel_may_move(changed):
            self._funnel_flush_ledger()
            self._funnel_note_told_late(before.last_move)
        if not MOVERS.isdisjoint(changed):
            self._funnel_close_overtaken()

    def _write_multi(self, vals_list):
        """Every change of a stored value passes here, computed or not."""
        if all(map(LEDGERED.isdisjoint, vals_list)):
            return super()._write_multi(vals_list)
        changes = self._funnel_get_changes(vals_list)
        result = super()._write_multi(vals_list)
        self._funnel_append_changes(changes)
        return result

    def _update_field_translations(self, field_name, translations, *args, **kwargs):
        self._funnel_fit_translations(field_name, translations)
        return super()._update_field_translations(
            field_name, translations, *args, **kwargs
        )

    def copy_data(self, default=None):
        return self._funnel_leave_unknown(super().copy_data(default), default or {})

    def unlink(self):
        """What goes on without a lead is handed over, the rest goes with it."""
        self._funnel_hand_over_history()
        clients = self._funnel_get_won_clients()
        self._funnel_delete_papers()
        result = super().unlink()
        self._funnel_tell_clients(clients)
        return result

    # ------------------------------------------------------------
    # SCREENS
    # ------------------------------------------------------------

    def web_save(self, vals, specification, next_id=None):
        """Mass edit of a list: what may move moves, the others stay and are named."""
        if not self:
            vals = self._funnel_drop_untouched(vals)
        copy = dict(vals)
        try:
            return self._funnel_save_asked(vals, specification, next_id)
        except FunnelGateError as error:
            rest = self._funnel_without_stayed(error)
            rest._funnel_save_asked(copy, specification)
            return self._funnel_tell_stayed(error, specification)

    def _funnel_save_asked(self, vals, specification, next_id=None):
        """Save the answers of the dialog and move in one go.

        Where only the approval is missing then, the answers are kept for it.
        """
        leads = with_path(self, self._funnel_get_screen(specification))
        save = super(CrmLead, leads).web_save
        stage = self._funnel_get_asked_stage() if len(self) == 1 else None
        if not stage:
            return save(vals, specification, next_id)
        try:
            return save({**vals, "stage_id": stage.id}, specification, next_id)
        except FunnelGateError as error:
            if not error.asks_only_approval:
                raise
            return save(vals, specification, next_id)

    def web_save_multi(self, vals_list, specification):
        """Judge leads that are saved one by one at once, and tell all failures."""
        copies = dict(zip(self._ids, map(dict, vals_list), strict=True))
        listed = with_path(self, "list")
        if len(copies) < len(self):  # a lead given twice: each write counts by itself
            return super(CrmLead, listed).web_save_multi(vals_list, specification)
        try:
            with listed._funnel_watch() as (_watch, leads):
                return super(CrmLead, leads).web_save_multi(vals_list, specification)
        except FunnelGateError as error:
            rest = self._funnel_without_stayed(error)
            rest.web_save_multi([copies[id_] for id_ in rest._ids], specification)
            return self._funnel_tell_stayed(error, specification)

    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form":
            self._funnel_add_answers(arch, view)
        return arch, view

    @api.model
    def _get_view_field_attributes(self):
        """Tell the web client also which numbers may be unknown."""
        return [*super()._get_view_field_attributes(), "can_be_unknown"]

    # ------------------------------------------------------------
    # WON AND LOST
    # ------------------------------------------------------------

    def action_set_won(self):
        with with_path(self, "button")._funnel_watch() as (_watch, leads):
            return super(CrmLead, leads).action_set_won()

    def action_set_lost(self, **additional_values):
        leads = with_path(self, "button")
        return super(CrmLead, leads).action_set_lost(**additional_values)

    def action_restore(self):
        return super(CrmLead, with_path(self, "button")).action_restore()

    def _handle_won_lost(self, old_status_by_lead, new_status_by_lead):
        result = super()._handle_won_lost(old_status_by_lead, new_status_by_lead)
        self._funnel_follow_losses(old_status_by_lead, new_status_by_lead)
        self._funnel_end_plans(old_status_by_lead, new_status_by_lead)
        return result

    # ------------------------------------------------------------
    # CONVERTING AND MERGING
    # ------------------------------------------------------------

    def convert_opportunity(self, *args, **kwargs):
        with self._funnel_watch() as (_watch, leads):
            converted = with_path(leads, "convert")
            result = super(CrmLead, converted).convert_opportunity(*args, **kwargs)
            if not get_door(self.env).is_loop:
                converted._funnel_flush_ledger()
        return result

    def _merge_opportunity(
        self, user_id=False, team_id=False, auto_unlink=True, max_length=5
    ):
        """Merge each lead once, its papers too; no gate is passed by it.

        It happens when it is done, whatever a context says.
        """
        stood = self._funnel_note_places() if is_judged(self.env) else None
        leads, merge = with_path(once(self), "merge"), Merge()
        survivor = super(CrmLead, with_mark(leads, MERGE_KEY, merge))
        survivor = survivor._merge_opportunity(
            user_id, team_id, auto_unlink=auto_unlink, max_length=max_length
        )
        left = leads.browse() if auto_unlink else leads - survivor
        survivor._funnel_settle_papers(merge, left)
        survivor = survivor.with_env(self.env)
        if stood:
            survivor._funnel_settle(stood)
        return survivor

    def _merge_dependences(self, opportunities):
        self._funnel_mark_merged(opportunities)
        self._funnel_take_papers(opportunities)
        return super()._merge_dependences(opportunities)

    def _merge_get_fields(self):
        return [*super()._merge_get_fields(), *MERGED, *MERGED_TALKS]

    def _merge_get_fields_specific(self):
        return super()._merge_get_fields_specific() | self._funnel_get_merge_rules()

    # ------------------------------------------------------------
    # MAIL AND FILES
    # ------------------------------------------------------------

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        model = with_path(self, "mail")
        return super(CrmLead, model).message_new(msg_dict, custom_values)

    @api.model
    def get_import_templates(self):
        register = {
            "label": self.env._("Initial lead register (F1)"),
            "template": "/sales_lead_funnel/static/xls/lead_register.xlsx",
        }
        return [*super().get_import_templates(), register]

    @api.model
    def load(self, fields, data):
        model = with_path(self, "import")
        if not self.env.context.get("import_file"):
            return super(CrmLead, model).load(fields, data)

        def load(model, fields, data):
            return super().load(fields, data)

        return model._funnel_load_file(fields, data, load)

    @api.model
    def _load_records(self, data_list, update=False):
        rows = get_mark(self.env, ROWS_KEY)
        if rows is None:
            return super()._load_records(data_list, update)

        def save(model, data_list, update):
            return super()._load_records(data_list, update)

        return self._funnel_save_rows(rows, data_list, update, save)

    @api.model
    def _load_records_create(self, vals_list):
        if self.env.context.get("import_file"):
            vals_list = self._funnel_leave_blank(vals_list)
        return super()._load_records_create(vals_list)

    def _load_records_write(self, values):
        if self.env.context.get("import_file"):
            values = self._funnel_leave_same(values)
        return super()._load_records_write(values)
