import {Activity} from "@mail/core/common/activity_model";
import {ActivityMarkAsDone} from "@mail/core/web/activity_markasdone_popover";
import {patch} from "@web/core/utils/patch";

const LOGGED_CATEGORIES = ["phonecall", "meeting"];

patch(Activity.prototype, {
    get funnelIsLogged() {
        return (
            this.res_model === "crm.lead" &&
            LOGGED_CATEGORIES.includes(this.activity_category)
        );
    },
});

/** Marking a call or meeting of a lead as done offers to log it as a follow-up. */
patch(ActivityMarkAsDone.prototype, {
    async onClickDone() {
        const finished = this.funnelNote();
        await super.onClickDone();
        await this.funnelOfferLog(finished);
    },
    async onClickDoneAndScheduleNext() {
        const finished = this.funnelNote();
        await super.onClickDoneAndScheduleNext();
        await this.funnelOfferLog(finished);
    },
    /**
     * Note what is needed once the activity is done: by then the popover is gone.
     *
     * @returns {object | false}
     */
    funnelNote() {
        const {activity, onActivityChanged} = this.props;
        if (!activity.funnelIsLogged) {
            return false;
        }
        const {res_model: model, res_id: id} = activity;
        return {
            activityId: activity.id,
            feedback: activity.feedback || false,
            services: this.env.services,
            thread: this.env.services["mail.store"].Thread.insert({model, id}),
            onActivityChanged,
        };
    },
    /** The activity is done already: nothing that fails here may spoil that. */
    async funnelOfferLog(finished) {
        if (!finished) {
            return;
        }
        const {activityId, feedback, services, thread, onActivityChanged} = finished;
        const form = await services.orm.silent
            .call("mail.activity", "funnel_get_log_action", [[activityId]], {feedback})
            .catch(() => false);
        if (!form) {
            return;
        }
        await new Promise((resolve, reject) => {
            services.action.doAction(form, {onClose: resolve}).catch(reject);
        });
        onActivityChanged(thread);
        await thread.fetchNewMessages();
    },
});
