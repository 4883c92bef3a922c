import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** The badge of a grade: filled once it is reviewed, outlined until then. */
export class FunnelGrade extends Component {
    static template = "sales_lead_funnel.FunnelGrade";
    static props = {grade: {type: [Object, Boolean], optional: true}};

    get title() {
        return this.props.grade.is_open ? _t("Grade, to be reviewed") : _t("Grade");
    }

    get badgeClass() {
        const {color, is_open: isOpen} = this.props.grade;
        return `o_funnel_color_${color}${isOpen ? " o_funnel_badge_open" : ""}`;
    }
}

/** The grade of a lead as its badge, in lists. */
export class FunnelGradeField extends Component {
    static template = "sales_lead_funnel.FunnelGradeField";
    static components = {FunnelGrade};
    static props = {...standardFieldProps};

    get grade() {
        const data = this.props.record.data;
        const grade = data[this.props.name];
        return (
            grade && {
                name: grade.display_name,
                color: data.funnel_grade_color || 0,
                is_open: data.funnel_grade_state === "proposed",
            }
        );
    }
}

registry.category("fields").add("funnel_grade", {
    component: FunnelGradeField,
    supportedTypes: ["many2one"],
    fieldDependencies: [
        {name: "funnel_grade_color", type: "integer"},
        {name: "funnel_grade_state", type: "selection"},
    ],
});
