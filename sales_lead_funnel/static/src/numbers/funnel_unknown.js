import {useEffect, useRef} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {useBus} from "@web/core/utils/hooks";
import {patch} from "@web/core/utils/patch";
import {FloatField} from "@web/views/fields/float/float_field";
import {IntegerField} from "@web/views/fields/integer/integer_field";
import {MonetaryField} from "@web/views/fields/monetary/monetary_field";

const ZERO = /^[+-]?0+([.,]0*)?$/; // whatever the separators
const LEAVES = ["Tab", "Enter"];

/** What a text says that core's inputs take for something else; undefined: nothing. */
function read(text) {
    if (!text.trim()) {
        return false;
    }
    return ZERO.test(text.trim()) ? 0 : undefined;
}

/**
 * Let a number be unknown: an input that is emptied says so, and a 0 is an answer.
 *
 * Core's hook makes 0 of what is emptied, and takes a 0 for what is there already where
 * nothing is known. Called first, so that the hook finds nothing new to tell.
 */
function useUnknown(field) {
    const input = useRef("numpadDecimal");
    const answer = async () => {
        const {name, record} = field.props;
        const value = input.el ? read(input.el.value) : undefined;
        const isTold = value !== undefined && value !== record.data[name];
        if (!isTold || !record.fields[name].can_be_unknown) {
            return;
        }
        const typed = input.el.value;
        input.el.value = field.formattedValue;
        browser.setTimeout(() => {
            if (input.el) {
                input.el.value = typed;
            }
        });
        await record.update({[name]: value});
    };
    const {bus} = field.props.record.model;
    useBus(bus, "NEED_LOCAL_CHANGES", ({detail}) => detail.proms.push(answer()));
    useBus(bus, "WILL_SAVE_URGENTLY", answer);
    useEffect(
        (element) => {
            const leave = ({key}) => LEAVES.includes(key) && answer();
            element?.addEventListener("keydown", leave);
            element?.addEventListener("change", answer);
            return () => {
                element?.removeEventListener("keydown", leave);
                element?.removeEventListener("change", answer);
            };
        },
        () => [input.el]
    );
}

patch(FloatField.prototype, {
    setup() {
        useUnknown(this);
        super.setup();
    },
});

patch(IntegerField.prototype, {
    setup() {
        useUnknown(this);
        super.setup();
    },
});

patch(MonetaryField.prototype, {
    setup() {
        useUnknown(this);
        super.setup();
    },
});
