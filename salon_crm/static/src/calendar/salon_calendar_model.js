import { browser } from "@web/core/browser/browser";
import { serializeDateTime, deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { RPCError } from "@web/core/network/rpc";
import { CalendarModel } from "@web/views/calendar/calendar_model";

/** Numbers of Odoo's palette: the nearer a booking is to its end, the warmer, then green. */
export const STATE_COLOURS = {
    booked: 4,
    confirmed: 7,
    arrived: 3,
    in_service: 2,
    done: 10,
    no_show: 1,
    cancelled: 9,
};
const LOST = ["cancelled", "no_show"];
const SAID = ["UserError", "ValidationError", "AccessError"].map((name) => `odoo.exceptions.${name}`);
const COLOURING_KEY = "salon.calendar.colouring";

/** Bookings with the time that is blocked beside them. */
export class SalonCalendarModel extends CalendarModel {
    setup(params, services) {
        super.setup(params, services);
        this.colouring = browser.localStorage.getItem(COLOURING_KEY) === "state" ? "state" : "stylist";
        this.data.blocked = [];
    }

    get defaultFilterLabel() {
        return _t("None");
    }

    /** The sections come back as their names were fetched: they stand as the view has them. */
    get filterSections() {
        return Object.keys(this.meta.filtersInfo)
            .map((fieldName) => this.data.filterSections[fieldName])
            .filter(Boolean);
    }

    /** A booking has a time of day: also one that begins in the month view, where only the day is known. */
    getAllDayDates(start) {
        return [start.set({ hours: 9 }), start.set({ hours: 10 })];
    }

    makeContextDefaults(rawRecord) {
        const context = super.makeContextDefaults(rawRecord);
        delete context.default_allday;
        delete context.default_name;
        return context;
    }

    /** @param {"stylist"|"state"} colouring what the colours mean, from now on, on this device */
    async setColouring(colouring) {
        browser.localStorage.setItem(COLOURING_KEY, colouring);
        this.colouring = colouring;
        await this.load();
    }

    async updateData(data) {
        await Promise.all([super.updateData(data), this.loadBlocked(data)]);
    }

    normalizeRecord(rawRecord) {
        const { salon_stylist_ids, salon_station_ids, salon_state } = rawRecord;
        const record = super.normalizeRecord({
            ...rawRecord,
            // Who is nowhere can be filtered as well: the filters know no empty list.
            salon_stylist_ids: salon_stylist_ids.length ? salon_stylist_ids : [false],
            salon_station_ids: salon_station_ids.length ? salon_station_ids : [false],
        });
        return {
            ...record,
            fetched: rawRecord,
            colorIndex: this.colouring === "state" ? STATE_COLOURS[salon_state] : record.colorIndex,
            isStriked: LOST.includes(salon_state),
        };
    }

    makeFilterDynamic(filterInfo, previousFilter, fieldName, rawFilter, rawColors) {
        const filter = super.makeFilterDynamic(...arguments);
        filter.colorIndex = null;
        if (this.colouring === "state" && fieldName === "salon_state") {
            filter.colorIndex = STATE_COLOURS[filter.value];
        } else if (this.colouring === "stylist" && fieldName === "salon_stylist_ids") {
            filter.colorIndex = filter.value;
        }
        return filter;
    }

    /** Fetch what is blocked in the range that is shown; a month has no room for it. */
    async loadBlocked(data) {
        const { start, end } = this.computeRange();
        data.blocked = [];
        if (!["day", "week"].includes(this.meta.scale)) {
            return;
        }
        const blocked = await this.orm.searchRead(
            "salon.blocked.time",
            [
                ["start", "<", serializeDateTime(end)],
                ["stop", ">", serializeDateTime(start)],
            ],
            ["display_name", "note", "stylist_id", "station_id", "start", "stop"],
            { limit: 500 }
        );
        data.blocked = blocked.map((time) => ({
            ...time,
            start: deserializeDateTime(time.start),
            stop: deserializeDateTime(time.stop),
        }));
    }

    /**
     * Return the stretches in which something is blocked, with all that is: two that overlap would lie one upon the
     * other, and neither could be read. What is filtered out is left out.
     */
    get blockedStretches() {
        const shown = this.data.blocked.filter(
            (time) =>
                !this.isFilteredOut("salon_stylist_ids", time.stylist_id) &&
                !this.isFilteredOut("salon_station_ids", time.station_id)
        );
        const edges = [...new Set(shown.flatMap(({ start, stop }) => [start.toMillis(), stop.toMillis()]))];
        edges.sort((a, b) => a - b);
        return edges.slice(0, -1).flatMap((from, number) => {
            const to = edges[number + 1];
            const titles = shown
                .filter(({ start, stop }) => start.toMillis() <= from && stop.toMillis() >= to)
                .map(({ display_name, note }) => (note ? `${display_name} (${note})` : display_name));
            return titles.length ? [{ from, to, titles: [...new Set(titles)] }] : [];
        });
    }

    isFilteredOut(fieldName, value) {
        const filters = this.data.filterSections[fieldName]?.filters || [];
        return Boolean(value) && filters.some((filter) => filter.value === value[0] && !filter.active);
    }

    /** Where the server refuses, say why and put the event back to where it was. */
    async updateRecord(record, options = {}) {
        try {
            return await super.updateRecord(record, options);
        } catch (error) {
            if (!(error instanceof RPCError) || !SAID.includes(error.exceptionName)) {
                throw error;
            }
            this.notification.add(error.data.message, { type: "danger", sticky: true });
            await this.load();
        }
    }
}
