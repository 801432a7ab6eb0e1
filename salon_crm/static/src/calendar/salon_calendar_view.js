import { registry } from "@web/core/registry";
import { CalendarController } from "@web/views/calendar/calendar_controller";
import { CalendarSidePanel } from "@web/views/calendar/calendar_side_panel/calendar_side_panel";
import { calendarView } from "@web/views/calendar/calendar_view";
import { SalonCalendarModel } from "@salon_crm/calendar/salon_calendar_model";
import { SalonCalendarRenderer } from "@salon_crm/calendar/salon_calendar_renderer";
import { _t } from "@web/core/l10n/translation";

const QUARTER = 15; // minutes

export class SalonCalendarSidePanel extends CalendarSidePanel {
    static template = "salon_crm.SalonCalendarSidePanel";
}

export class SalonCalendarController extends CalendarController {
    static components = { ...CalendarController.components, CalendarSidePanel: SalonCalendarSidePanel };

    get editRecordDefaultDisplayText() {
        return _t("New Booking");
    }

    /** Book without a time in mind: on the day that is shown, from the next quarter of an hour on. */
    onNewBooking() {
        const now = luxon.DateTime.now();
        const next = now.plus({ minutes: QUARTER - (now.minute % QUARTER) }).startOf("minute");
        const day = this.model.scale === "day" ? this.model.date : now;
        const start = day.hasSame(now, "day") ? next : day.set({ hour: 9, minute: 0, second: 0, millisecond: 0 });
        this.editRecordInCreation({ start, end: start.plus({ hours: 1 }) });
    }
}

export const salonBookingCalendarView = {
    ...calendarView,
    Controller: SalonCalendarController,
    Model: SalonCalendarModel,
    Renderer: SalonCalendarRenderer,
    buttonTemplate: "salon_crm.SalonCalendarController.controlButtons",
};

registry.category("views").add("salon_booking_calendar", salonBookingCalendarView);
