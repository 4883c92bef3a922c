import {
    DateTimeField,
    dateField,
    dateTimeField,
} from "@web/views/fields/datetime/datetime_field";
import {areDatesEqual} from "@web/core/l10n/dates";
import {registry} from "@web/core/registry";
import {useEffect} from "@odoo/owl";

/**
 * Core goes back to the old day when its calendar closes, and stays there where the
 * new one is taken only after the server has answered (as with every day that
 * something else of the form follows from).
 */
export class FunnelDateField extends DateTimeField {
    setup() {
        super.setup();
        useEffect(
            () => {
                const value = this.getRecordValue();
                if (
                    !this.picker.activeInput &&
                    !areDatesEqual(value, this.state.value)
                ) {
                    this.state.value = value;
                }
            },
            () => [String(this.getRecordValue())]
        );
    }
}

const fields = registry.category("fields");
fields.add("funnel_date", {...dateField, component: FunnelDateField});
fields.add("funnel_datetime", {...dateTimeField, component: FunnelDateField});
