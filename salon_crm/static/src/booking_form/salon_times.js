import { Component, status, useState } from "@odoo/owl";
import { serializeDateTime, deserializeDateTime } from "@web/core/l10n/dates";
import { is24HourFormat } from "@web/core/l10n/time";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const { DateTime } = luxon;
const DELAY = 150; // ms; several fields change together
const STRETCHES = [3, 14, 31, 62]; // days in which the earliest time is looked for, the next where one has none

/**
 * The times of one day at which the services of a booking are possible, as buttons.
 *
 * Who and what was asked for by hand is kept; what the search found for another time is looked for anew.
 */
export class SalonTimes extends Component {
    static template = "salon_crm.SalonTimes";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.keepLast = new KeepLast();
        this.state = useState({ day: null, offers: [], loading: false, message: "", refusal: false, mayWait: false, asked: "" });
        this.wishes = null;
        this.loadSoon = useDebounced(() => this._load(), DELAY);
        useRecordObserver(async (record) => {
            this.seesAll ??= await user.hasGroup("salon_crm.group_salon_reception");
            this.follow(record);
        });
    }

    /** The waiting list is the front desk's, and for days that are still to come. */
    get canWait() {
        return this.state.mayWait && !this.state.refusal && !this.props.readonly && this.state.day >= DateTime.now().startOf("day");
    }

    get timeFormat() {
        return is24HourFormat() ? "HH:mm" : "h:mm a";
    }

    get dayLabel() {
        return this.state.day?.toLocaleString({ weekday: "short", day: "numeric", month: "short" }) || "";
    }

    get isToday() {
        return this.state.day?.hasSame(DateTime.now(), "day");
    }

    /** Show the times anew when the wishes, or the day of the booking, have become others. */
    follow(record) {
        const wishes = this.readWishes(record);
        const day = (record.data.start || DateTime.now()).startOf("day");
        const known = JSON.stringify(wishes);
        const moved = !this.day || !this.day.equals(day);
        if (moved) {
            this.day = this.state.day = day;
        }
        if (moved || known !== this.wishes) {
            this.wishes = known;
            this.state.mayWait = this.seesAll && wishes.lines.length > 0;
            this.state.asked = this.readAsked(record);
            this.load();
        }
    }

    /** @returns {Object} what `calendar.event.salon_offers` asks for, all but the dates */
    readWishes(record) {
        const { data } = record;
        const lines = data.salon_line_ids.records
            .map(({ data: line }) => line)
            .filter((line) => line.product_id)
            .map((line) => this.readLine(line));
        return {
            lines,
            client_id: data.salon_client_id?.id || false,
            company_id: data.company_id?.id || false,
            booking_id: record.resId || false,
            one_after_the_other: data.salon_one_after_the_other,
            off_hours: data.salon_off_hours,
            every: data.salon_time_grid || 15,
        };
    }

    readLine(line) {
        const wish = {
            ...JSON.parse(line.own_minutes || "{}"),
            product_id: line.product_id.id,
            addon_ids: line.addon_ids.currentIds,
            guest: line.guest_id?.id || 0,
            parallel: line.parallel,
        };
        if (line.stylist_id && (line.assignment === "asked" || !this.seesAll)) {
            wish.stylist_id = line.stylist_id.id;
        }
        if (line.station_id && line.station_wish) {
            wish.station_id = line.station_id.id;
        }
        return wish;
    }

    /** @returns {string} the names of the stylists who were asked for */
    readAsked(record) {
        const lines = record.data.salon_line_ids.records.map(({ data }) => data);
        const asked = lines.filter((line) => line.product_id && line.stylist_id && line.assignment === "asked");
        return [...new Set(asked.map((line) => line.stylist_id.display_name))].join(", ");
    }

    /** Whoever was asked for has no time: the front desk asks for whoever has. */
    get canTakeAnyone() {
        const { asked, loading, offers, refusal } = this.state;
        return this.seesAll && asked && !offers.length && !loading && !refusal && !this.props.readonly;
    }

    async takeAnyone() {
        for (const line of this.props.record.data.salon_line_ids.records) {
            if (line.data.stylist_id) {
                await line.update({ stylist_id: false });
            }
        }
    }

    /** Until the new times are there, the old ones can't be clicked. */
    load() {
        this.state.loading = true;
        this.loadSoon();
    }

    async _load() {
        if (status(this) === "destroyed") {
            return; // the form was left while the rights were asked for
        }
        const wishes = JSON.parse(this.wishes);
        if (!wishes.lines.length) {
            const message = _t("Choose a service to see free times.");
            Object.assign(this.state, { offers: [], message, refusal: false, loading: false });
            return;
        }
        const { day } = this.state;
        const begin = DateTime.max(day, DateTime.now().startOf("minute"));
        const end = day.plus({ days: 1 });
        if (end <= begin) {
            Object.assign(this.state, { offers: [], message: _t("This day is over."), refusal: false, loading: false });
            return;
        }
        this.state.loading = true;
        const offers = await this.keepLast.add(this.fetch(wishes, begin, end));
        const message = offers.length ? "" : this.state.refusal?.message || this.nothingFree;
        Object.assign(this.state, { offers, loading: false, message });
    }

    get nothingFree() {
        const { asked } = this.state;
        return asked ? _t("Nothing is free on this day with %s.", asked) : _t("Nothing is free on this day.");
    }

    async fetch(wishes, begin, end) {
        const values = { ...wishes, date_from: serializeDateTime(begin), date_to: serializeDateTime(end) };
        let found = { offers: [], refusal: false };
        try {
            found = await this.orm.silent.call("calendar.event", "salon_free_times", [values]);
        } catch (error) {
            Object.assign(this.state, { ...found, loading: false });
            throw error;
        }
        this.state.refusal = found.refusal;
        return found.offers
            .map((offer) => {
                const start = deserializeDateTime(offer.start);
                return { ...offer, moment: start, time: start.toFormat(this.timeFormat), who: this.describe(offer) };
            })
            .sort((one, other) => one.moment - other.moment);
    }

    describe(offer) {
        return [...new Set(offer.lines.map((line) => line.stylist))].join(", ");
    }

    where(offer) {
        return offer.lines.map((line) => [line.stylist, line.station].filter(Boolean).join(" · ")).join("\n");
    }

    isChosen(offer) {
        const { start, salon_line_ids } = this.props.record.data;
        const lines = salon_line_ids.records.filter(({ data }) => data.product_id);
        return (
            start?.toMillis() === offer.moment.toMillis() &&
            lines.every(({ data }, number) => data.stylist_id?.id === offer.lines[number]?.stylist_id)
        );
    }

    /** Say so when the booking stands at a time of this day at which it can't be. */
    get taken() {
        const { start, salon_time_grid: grid } = this.props.record.data;
        const { day, loading, offers } = this.state;
        const minute = start && start.hour * 60 + start.minute;
        const past = start < DateTime.now();
        if (loading || past || !offers.length || !start?.hasSame(day, "day") || minute % (grid || 15)) {
            return "";
        }
        const free = offers.some(({ moment }) => moment.toMillis() === start.toMillis());
        return free ? "" : _t("%s is not free. Choose one of these times:", start.toFormat(this.timeFormat));
    }

    goBy(days) {
        Object.assign(this.state, { day: this.state.day.plus({ days }), offers: [] });
        this.load();
    }

    /** Go to the first day on which something is free. */
    async goToEarliest() {
        const wishes = JSON.parse(this.wishes);
        if (!wishes.lines.length) {
            return;
        }
        this.state.loading = true;
        let begin = DateTime.now().startOf("minute");
        for (const days of STRETCHES) {
            const end = begin.startOf("day").plus({ days });
            const offers = await this.keepLast.add(this.fetch(wishes, begin, end));
            if (offers.length) {
                this.state.day = offers[0].moment.startOf("day");
                Object.assign(this.state, {
                    offers: offers.filter(({ moment }) => moment.hasSame(this.state.day, "day")),
                    message: "",
                    loading: false,
                });
                return;
            }
            if (this.state.refusal && !this.state.refusal.later) {
                break;
            }
            begin = end;
        }
        const message = this.state.refusal?.message || _t("Nothing is free in the coming months.");
        Object.assign(this.state, { offers: [], message, loading: false });
    }

    /** Put what is wished, on the day that is shown, on the waiting list; the booking stays as it is. */
    async putOnWaitingList() {
        const day = this.state.day.toISODate();
        const values = { ...JSON.parse(this.wishes), date_from: day, date_to: day };
        const action = await this.orm.call("salon.waiting", "action_put_on_list", [values]);
        await this.action.doAction(action, {
            props: {
                onSave: async (record) => {
                    const { display_name: name } = record.data.partner_id;
                    this.notification.add(_t("%s is on the waiting list.", name), { type: "success" });
                    await this.action.doAction({ type: "ir.actions.act_window_close" });
                },
            },
        });
    }

    /** Open what `method` of the client's file returns beside the booking, and look for times again after it. */
    async openOfFile(method) {
        const { file_id, service_id } = this.state.refusal;
        const action = await this.orm.call("salon.client.file", method, [[file_id]]);
        const context = { ...action.context, default_product_tmpl_id: service_id };
        await this.action.doAction({ ...action, context, target: "new" }, { onClose: () => this.load() });
    }

    async choose(offer) {
        const { start, lines } = offer;
        this.day = offer.moment.startOf("day");
        await this.props.record.update({ salon_offer: JSON.stringify({ start, lines }) });
    }
}

export const salonTimes = {
    component: SalonTimes,
};

registry.category("view_widgets").add("salon_times", salonTimes);
