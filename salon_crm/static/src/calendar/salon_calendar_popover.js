import { _t } from "@web/core/l10n/translation";
import { CalendarCommonPopover } from "@web/views/calendar/calendar_common/calendar_common_popover";

/** What can become of a booking, in the order of a day: the server says what is possible now. */
const STEPS = [
    { state: "confirmed", method: "action_salon_confirm", label: _t("Confirmed"), icon: "fa-check" },
    { state: "arrived", method: "action_salon_arrive", label: _t("Arrived"), icon: "fa-sign-in" },
    { state: "in_service", method: "action_salon_start", label: _t("In service"), icon: "fa-scissors" },
    { state: "done", method: "action_salon_done", label: _t("Done"), icon: "fa-flag-checkered" },
    { state: "no_show", method: "action_salon_no_show", label: _t("No-show"), icon: "fa-user-times" },
    { state: "cancelled", method: "action_salon_ask_cancel", label: _t("Cancel…"), icon: "fa-ban" },
    { state: "booked", method: "action_salon_rebook", label: _t("Book again"), icon: "fa-undo" },
];
// Possible, and yet no step that somebody takes from there: it would undo what another button just did.
const NO_STEP = { in_service: ["arrived"], confirmed: ["booked"], no_show: ["arrived"], booked: ["in_service"] };

export class SalonCalendarPopover extends CalendarCommonPopover {
    static subTemplates = {
        ...CalendarCommonPopover.subTemplates,
        body: "salon_crm.SalonCalendarPopover.body",
        footer: "salon_crm.SalonCalendarPopover.footer",
    };

    setup() {
        super.setup();
        // Not by useService: what a closed popover has begun goes on.
        ({ orm: this.orm, action: this.action } = this.env.services);
    }

    get isEventEditable() {
        return super.isEventEditable && this.props.record.rawRecord.user_can_edit;
    }

    get steps() {
        const { salon_state: state, salon_next_states: next, user_can_edit: mayEdit } = this.props.record.rawRecord;
        const possible = mayEdit ? (next || "").split(",") : [];
        return STEPS.filter((step) => possible.includes(step.state) && !NO_STEP[state]?.includes(step.state)).map(
            (step, number) => ({ ...step, main: number === (state === "booked" ? 1 : 0) })
        );
    }

    get canBookNext() {
        return ["in_service", "done"].includes(this.props.record.rawRecord.salon_state);
    }

    /** One click and the calendar is up to date; what opens by itself elsewhere, as the visit, stays closed here. */
    async onStep(step) {
        const { close, model, record } = this.props;
        close();
        const action = await this.orm.call(model.resModel, step.method, [[record.id]]);
        if (step.state === "cancelled") {
            this.action.doAction(action, { onClose: () => model.load() });
        } else {
            await model.load();
        }
    }

    async onBookNext() {
        const { close, model, record } = this.props;
        close();
        const action = await this.orm.call(model.resModel, "action_salon_book_next", [[record.id]]);
        this.action.doAction(action, { onClose: () => model.load() });
    }
}
