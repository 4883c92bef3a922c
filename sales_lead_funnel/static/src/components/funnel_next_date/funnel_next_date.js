import {DateTimeField, dateField} from "@web/views/fields/datetime/datetime_field";
import {_t} from "@web/core/l10n/translation";
import {formatDate, today} from "@web/core/l10n/dates";
import {registry} from "@web/core/registry";

/** When to contact the client next: a date, the usual ones a click away. */
export class FunnelNextDateField extends DateTimeField {
    static template = "sales_lead_funnel.FunnelNextDateField";

    get byCadence() {
        return this.props.record.data.cadence_date;
    }

    get quickDates() {
        return [
            {name: "day", label: _t("+1 day"), date: today().plus({days: 1})},
            {name: "week", label: _t("+1 week"), date: today().plus({weeks: 1})},
            {name: "cadence", label: _t("By cadence"), date: this.byCadence},
        ].filter(({date}) => date);
    }

    /** What becomes of a blank date. */
    get blankNote() {
        return this.byCadence
            ? _t("Blank: %s, by the cadence", formatDate(this.byCadence))
            : _t("Blank: no next contact is planned");
    }

    choose(date) {
        return this.props.record.update({[this.props.name]: date});
    }
}

export const funnelNextDateField = {
    ...dateField,
    component: FunnelNextDateField,
    fieldDependencies: [{name: "cadence_date", type: "date"}],
};

registry.category("fields").add("funnel_next_date", funnelNextDateField);
