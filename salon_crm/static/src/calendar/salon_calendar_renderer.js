import { CalendarRenderer } from "@web/views/calendar/calendar_renderer";
import { CalendarCommonRenderer } from "@web/views/calendar/calendar_common/calendar_common_renderer";
import { SalonCalendarPopover } from "@salon_crm/calendar/salon_calendar_popover";

export const STATE_ICONS = {
    confirmed: "fa-check",
    arrived: "fa-sign-in",
    in_service: "fa-scissors",
    done: "fa-flag-checkered",
    no_show: "fa-user-times",
    cancelled: "fa-ban",
};
const OVER = ["done", "no_show", "cancelled"];
const SHORT = 45; // minutes; an event of less has no room for a second row
const BLOCKED = "salon_blocked_";

export class SalonCalendarCommonRenderer extends CalendarCommonRenderer {
    static eventTemplate = "salon_crm.SalonCalendarEvent";
    static components = { ...CalendarCommonRenderer.components, Popover: SalonCalendarPopover };

    get options() {
        return { ...super.options, allDaySlot: false, scrollTime: "08:00:00", slotEventOverlap: false };
    }

    getPopoverProps(record) {
        return { ...super.getPopoverProps(record), record: { ...record, rawRecord: record.fetched } };
    }

    mapRecordsToEvents() {
        const blocked = this.props.model.blockedStretches.map(({ from, to, titles }, number) => ({
            id: `${BLOCKED}${number}`,
            title: titles.join(", "),
            start: luxon.DateTime.fromMillis(from).toISO(),
            end: luxon.DateTime.fromMillis(to).toISO(),
            display: "background",
        }));
        return [...super.mapRecordsToEvents(), ...blocked];
    }

    convertRecordToEvent(record) {
        const { user_can_edit, salon_state } = record.rawRecord;
        return { ...super.convertRecordToEvent(record), editable: user_can_edit && !OVER.includes(salon_state) };
    }

    isBlocked(event) {
        return event.id.startsWith(BLOCKED);
    }

    eventClassNames(info) {
        return this.isBlocked(info.event) ? ["o_salon_blocked"] : super.eventClassNames(info);
    }

    onEventClick(info) {
        if (!this.isBlocked(info.event)) {
            super.onEventClick(info);
        }
    }

    onEventDidMount(info) {
        if (this.isBlocked(info.event)) {
            info.el.title = info.event.title;
        } else {
            super.onEventDidMount(info);
        }
    }

    onEventContent(arg) {
        const record = this.props.model.records[arg.event.id];
        if (record) {
            const { selection } = this.props.model.fields.salon_state;
            record.isShort = record.end.diff(record.start, "minutes").minutes < SHORT;
            record.stateIcon = STATE_ICONS[record.rawRecord.salon_state];
            record.stateLabel = selection.find(([state]) => state === record.rawRecord.salon_state)?.[1];
        }
        return super.onEventContent(arg);
    }
}

export class SalonCalendarRenderer extends CalendarRenderer {
    static components = {
        ...CalendarRenderer.components,
        day: SalonCalendarCommonRenderer,
        week: SalonCalendarCommonRenderer,
        month: SalonCalendarCommonRenderer,
    };
}
