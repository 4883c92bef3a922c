"""What comes in by ``create`` and ``write``, whatever the door."""

from markupsafe import Markup

from odoo import api, models, tools
from odoo.tools import plaintext2html

from ...exceptions import FunnelTextError
from .arguments import check_link, is_id, once
from .door import current_path, is_judged
from .limits import SHORTEST, cut, get_limit
from .naming import name_record
from .text import is_blank

DEFAULT = "default_"


class FunnelIntake(models.AbstractModel):
    """Nothing derived, days, numbers and links that can be, each record once, texts
    within their limits, names that are not blank.

    One pass over the values, without a query while all is well.
    """

    _inherit = "funnel.intake"

    def _funnel_take_in(self, vals):
        """Return the values as they may be written, and what was cut off.

        :return: ``(vals, {field: whole text})``
        """
        self._funnel_check_links(vals)
        vals, whole = self._funnel_fit(vals)
        vals = self._funnel_leave_derived(vals)
        self._funnel_check_days(vals)
        self._funnel_check_finite(vals)
        return vals, whole

    def _funnel_take_in_new(self, vals_list):
        """The same for new records, with what the context would fill in.

        :return: ``(values of each record, what was cut off of each)``
        """
        defaults = self._funnel_get_text_defaults()
        given = self._funnel_get_defaults()
        taken, cut_off = [], []
        for vals in vals_list:
            self._funnel_check_links(vals)
            vals, whole = self._funnel_fit({**defaults, **vals} if defaults else vals)
            self._funnel_check_has_name(vals)
            vals = self._funnel_leave_derived(vals)
            told = {**given, **vals} if given else vals
            self._funnel_check_days(told)
            self._funnel_check_finite(told)
            taken.append(vals)
            cut_off.append(whole)
        return taken, cut_off

    def _funnel_keep_cut_off(self, cut_off):
        """Keep what was cut off of new records, each its own."""
        for record, whole in zip(self, cut_off, strict=True) if any(cut_off) else ():
            record._funnel_keep_whole(whole)

    @api.model
    @tools.ormcache()
    def _funnel_get_links(self):
        """Return the names of our many2one fields."""
        return frozenset(
            name
            for name, field in self._fields.items()
            if field.type == "many2one" and self._funnel_is_ours(field)
        )

    @api.model
    @tools.ormcache()
    def _funnel_get_limits(self):
        """Return ``{field: characters}`` of our texts."""
        limits = {name: get_limit(field) for name, field in self._fields.items()}
        return {name: limit for name, limit in limits.items() if limit}

    def _funnel_get_text_defaults(self):
        """Return the texts that the context would fill in, but for what is derived."""
        texts = self._funnel_get_limits().keys() - self._funnel_get_derived().keys()
        return {
            name: value
            for key, value in self.env.context.items()
            if key.startswith(DEFAULT)
            and isinstance(value, str)
            and (name := key.removeprefix(DEFAULT)) in texts
        }

    # ------------------------------------------------------------
    # TEXTS
    # ------------------------------------------------------------

    def _funnel_fit(self, vals):
        """Return the values as they may be stored, and what was cut off.

        :return: ``(vals, {field: whole text})``; the very ``vals`` where all fits
        :raise FunnelTextError: a name is blank, or a person gives a text too long
        """
        self._funnel_check_name(vals)
        whole = {
            name: value
            for name, value in vals.items()
            if isinstance(value, str)
            and len(value) > SHORTEST
            and self._funnel_is_too_long(name, value)
        }
        if not whole:
            return vals, whole
        if self._funnel_is_told_by_people():
            raise self._funnel_too_long_error(vals, *next(iter(whole.items())))
        short = {
            name: cut(text, get_limit(self._fields[name]))
            for name, text in whole.items()
        }
        return {**vals, **short}, whole

    def _funnel_fit_text(self, name, text):
        """Return one text for a field of these records, cut where machines bring it.

        For methods that write it as superuser or elsewhere as well.

        :raise FunnelTextError: a person gives a text too long
        """
        vals, whole = self._funnel_fit({name: text})
        self._funnel_keep_whole(whole)
        return vals[name]

    def _funnel_fit_translations(self, field_name, translations):
        """A translation is a text as well: here, not by ``write``."""
        for text in translations.values():
            if isinstance(text, str):
                self._funnel_fit({field_name: text})

    def _funnel_is_too_long(self, name, text):
        """Is it longer than it may be? What is there already may stay as it is."""
        limit = self._funnel_get_limits().get(name)
        if limit is None or len(text) <= limit:
            return False
        return not self or any(text != record[name] for record in self)

    def _funnel_is_told_by_people(self):
        return is_judged(self.env) and current_path(self.env) != "mail"

    def _funnel_too_long_error(self, vals, name, text):
        field = self._fields[name]
        return FunnelTextError(
            self.env._(
                "%(record)s: “%(field)s” has %(length)s characters; at most %(limit)s "
                "are possible. Shorten it, and put the rest into a note.",
                record=name_record(self[:1], vals),
                field=field._description_string(self.env),
                length=len(text),
                limit=get_limit(field),
            )
        )

    def _funnel_keep_whole(self, whole):
        """Keep texts that were cut in a note on the lead, or on each record itself."""
        for record in self if whole else ():
            record._funnel_keep_cut(whole)

    def _funnel_keep_cut(self, whole):
        """Sudo: whoever brought them may have no right to post."""
        keeper = self.sudo()
        keeper = keeper.lead_id if "lead_id" in self._fields else keeper
        if not hasattr(keeper, "_message_log"):
            return
        parts = [
            Markup("<p>%s</p>%s")
            % (
                self.env._(
                    "“%(field)s” was too long and is cut. This is the whole text:",
                    field=self._fields[name]._description_string(self.env),
                ),
                plaintext2html(text),
            )
            for name, text in whole.items()
        ]
        keeper._message_log(body=Markup().join(parts))

    # ------------------------------------------------------------
    # LINKS
    # ------------------------------------------------------------

    def _funnel_check_links(self, vals):
        """Refuse what cannot be a record in a link of ours.

        Core drops some of it without a word, and fails at the rest. What reads values
        before they come here calls this first.

        :raise UserError: names the field and the value
        """
        for name in self._funnel_get_links() & vals.keys():
            value = vals[name]
            if not (value is False or value is None or is_id(value)):
                check_link(self.env, self._fields[name], value)

    # ------------------------------------------------------------
    # NAMES
    # ------------------------------------------------------------

    def _funnel_has_own_name(self):
        """Must records of this model of ours have a name?"""
        field = self._fields.get("name")
        return bool(field and field.required and self._name.startswith("funnel."))

    def _funnel_check_name(self, vals):
        if "name" in vals and self._funnel_has_own_name() and is_blank(vals["name"]):
            raise self._funnel_nameless_error(vals)

    def _funnel_check_has_name(self, vals):
        """Refuse to create what gets its name from nowhere."""
        if "name" in vals or not self._funnel_has_own_name():
            return
        is_computed = self._fields["name"].compute
        if not is_computed and is_blank(self.default_get(["name"]).get("name")):
            raise self._funnel_nameless_error(vals)

    def _funnel_nameless_error(self, vals):
        return FunnelTextError(
            self.env._(
                "%(record)s: “%(field)s” is empty. Give it a name that can be read.",
                record=name_record(self[:1], vals),
                field=self._fields["name"]._description_string(self.env),
            )
        )


class FunnelIntakeMixin(models.AbstractModel):
    """A model all of whose doors take in only what :class:`FunnelIntake` lets in."""

    _name = "funnel.intake.mixin"
    _description = "Doors of a model"
    _inherit = ["funnel.intake"]

    @api.model
    def default_get(self, fields):
        return self._funnel_read_defaults(fields, super().default_get)

    @api.model_create_multi
    def create(self, vals_list):
        vals_list, cut_off = self._funnel_take_in_new(vals_list)
        records = super().create(vals_list)
        records._funnel_keep_cut_off(cut_off)
        return records

    def write(self, vals):
        records = once(self)
        vals, whole = records._funnel_take_in(vals)
        result = super(FunnelIntakeMixin, records).write(vals)
        records._funnel_keep_whole(whole)
        return result

    def _update_field_translations(self, field_name, translations, *args, **kwargs):
        self._funnel_fit_translations(field_name, translations)
        return super()._update_field_translations(
            field_name, translations, *args, **kwargs
        )
