import {Component, onWillStart, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {Domain} from "@web/core/domain";
import {deserializeDate, formatDate} from "@web/core/l10n/dates";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {user} from "@web/core/user";
import {useSetupAction} from "@web/search/action_hook";
import {Layout} from "@web/search/layout";
import {FunnelBetterGrade} from "@sales_lead_funnel/components/funnel_better_grade/funnel_better_grade";
import {FunnelGrade} from "@sales_lead_funnel/components/funnel_grade/funnel_grade";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

const RIGHT_COLUMN = ["waiting", "reviews"];

/** What the button of a row calls on its lead, on the record itself if `ofRecord`. */
const BUTTONS = {
    approve: {
        method: "action_approve",
        ofRecord: true,
        says: (row) => _t("%(lead)s: approved", {lead: row.title}),
        icon: "fa-check",
        label: _t("Approve"),
        title: _t("Let the lead into the stage"),
    },
    refuse: {
        method: "action_ask_refusal",
        ofRecord: true,
        icon: "fa-times",
        label: _t("Refuse"),
        title: _t("Refuse, with the reason"),
    },
    log: {
        method: "action_funnel_log_followup",
        icon: "fa-pencil-square-o",
        label: _t("Log"),
        title: _t("Log a follow-up"),
    },
    review: {
        method: "action_funnel_review_grade",
        icon: "fa-check",
        label: _t("Review"),
        title: _t("Review grade"),
    },
    propose: {
        method: "action_funnel_propose_grade",
        icon: "fa-star-o",
        label: _t("Propose"),
        title: _t("Propose grade"),
    },
    lose: {
        method: "action_funnel_lose",
        icon: "fa-thumbs-o-down",
        label: _t("Lose"),
        title: _t("Mark as lost, with the reason"),
    },
    keep: {
        method: "action_funnel_keep",
        tells: "funnel_keep_until",
        icon: "fa-thumb-tack",
        label: _t("Keep"),
        title: _t("Keep for 30 days"),
    },
};

/** One line of a list: a click opens the record, the buttons act on the lead. */
export class FunnelDayRow extends Component {
    static template = "sales_lead_funnel.FunnelDayRow";
    static components = {FunnelBetterGrade, FunnelGrade};
    static props = {
        row: Object,
        onOpen: Function,
        onAct: Function,
    };

    get buttons() {
        return this.props.row.buttons.map((name) => ({name, ...BUTTONS[name]}));
    }
}

/** My day: what a rep, or a manager's team, has to do today. */
export class FunnelMyDay extends Component {
    static template = "sales_lead_funnel.FunnelMyDay";
    static components = {Layout, FunnelDayRow, FunnelGrade};
    static props = {...standardActionServiceProps};
    static displayName = _t("My Day");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.state = useState({day: null});
        this.display = {controlPanel: {}};
        useSetupAction({getLocalState: () => ({screen: this.state.day?.screen})});
        onWillStart(() => this.load(this.props.state?.screen || false));
    }

    async load(screen = this.state.day.screen) {
        this.state.day = await this.orm.call("funnel.my.day", "get_day", [screen]);
    }

    get screens() {
        return [
            {name: "team", title: _t("Team")},
            {name: "own", title: _t("My leads")},
        ];
    }

    open(row) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: row.model,
            res_id: row.id,
            views: [[false, "form"]],
        });
    }

    openList(action) {
        return this.action.doAction(action);
    }

    openCell(column, row) {
        const ofRep = [["user_id", "=", row.id]];
        return this.action.doAction({
            ...column.action,
            name: `${column.title} · ${row.name}`,
            domain: Domain.and([column.action.domain, ofRep]).toList(),
        });
    }

    act(row, button = "log") {
        const {method, ofRecord} = BUTTONS[button];
        return this.action.doActionButton({
            type: "object",
            name: method,
            resModel: ofRecord ? row.model : "crm.lead",
            resId: ofRecord ? row.id : row.lead_id,
            context: user.context,
            onClose: async () => {
                await this.load();
                await this.tell(row, button);
            },
        });
    }

    /** Say what became of a lead that is listed no more. */
    async tell(row, button) {
        const {tells: field, says} = BUTTONS[button];
        if (says) {
            this.notification.add(says(row), {type: "success"});
        }
        if (!field) {
            return;
        }
        const [lead] = await this.orm.read("crm.lead", [row.lead_id], [field]);
        if (lead[field]) {
            const day = formatDate(deserializeDate(lead[field]));
            this.notification.add(
                _t("%(lead)s: kept until %(day)s", {lead: row.title, day}),
                {
                    type: "success",
                }
            );
        }
    }

    /** The sections side by side; one below the other on a phone. */
    get columns() {
        const {sections} = this.state.day;
        const isRight = ({name}) => RIGHT_COLUMN.includes(name);
        return [
            sections.filter((section) => !isRight(section)),
            sections.filter(isRight),
        ];
    }

    /** What tells a lead of the meeting apart, in one line. */
    describe(row) {
        return [row.client, row.rep, row.stage, row.amount].filter(Boolean).join(" · ");
    }

    hidden(part) {
        return part.count - part.rows.length;
    }
}

registry.category("actions").add("funnel_my_day", FunnelMyDay);
