import { Component, useState } from "@odoo/owl";
import { ConnectionLostError } from "@web/core/network/rpc";
import { Dialog } from "@web/core/dialog/dialog";
import { KeepLast } from "@web/core/utils/concurrency";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { useService } from "@web/core/utils/hooks";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { _t } from "@web/core/l10n/translation";

const { DateTime } = luxon;
const PROPOSED = 3; // times
const APART = 2; // hours between times of one day

/** Proposes times for a client's next visit and books one of them: the same services, by the same people. */
export class NextVisitPopup extends Component {
    static template = "salon_crm.NextVisitPopup";
    static components = { Dialog };
    static props = { order: Object, close: Function };

    setup() {
        this.pos = usePos();
        this.notification = useService("notification");
        this.lines = this.props.order.salonServiceLines;
        this.keepLast = new KeepLast();
        this.state = useState({
            chosen: Object.fromEntries(this.lines.map((line) => [line.uuid, Boolean(line.salonIntervalDays)])),
            due: "", // the day on which the client is due, as the server says
            day: "", // the one that was picked instead
            offers: [],
            message: "",
            busy: false,
        });
        this.search();
    }

    get client() {
        return this.props.order.getPartner();
    }

    get chosenLines() {
        return this.lines.filter((line) => this.state.chosen[line.uuid]);
    }

    get shownDay() {
        return this.state.day || this.state.due;
    }

    get today() {
        return DateTime.now().toISODate();
    }

    toggle(line) {
        this.state.chosen[line.uuid] = !this.state.chosen[line.uuid];
        return this.search();
    }

    pickDay(day) {
        this.state.day = day;
        return this.search();
    }

    /** What the server is asked: the services chosen, for whom they are and, unless anybody will do, by whom. */
    request(anybody) {
        return {
            client_id: this.client.id,
            company_id: this.pos.config.company_id.id,
            lines: this.chosenLines.map((line) => ({
                product_id: line.product_id.id,
                stylist_id: (!anybody && line.salon_stylist_id?.id) || false,
                guest: line.salonGuestName ? line.salon_visit_line_id.visit_id.raw.partner_id : false,
            })),
        };
    }

    async search() {
        this.state.offers = [];
        this.state.message = "";
        if (!this.chosenLines.length) {
            this.state.message = _t("Choose what the client comes for.");
            return;
        }
        this.state.busy = true;
        try {
            const offers = await this.keepLast.add(this.findOffers());
            this.state.offers = offers;
            this.state.message = offers.length ? "" : this.refusal || _t("Nothing is free then. Choose another day.");
        } catch (error) {
            this.explain(error);
        }
        this.state.busy = false;
    }

    /** Times with those who did it today; if they have none, with anybody. */
    async findOffers() {
        const offers = await this.ask(this.request(false));
        const asked = this.chosenLines.some((line) => line.salon_stylist_id);
        return offers.length || !asked ? offers : this.ask(this.request(true));
    }

    async ask(request) {
        const { due, offers, refusal } = await this.pos.data.call("calendar.event", "salon_next_offers", [
            { ...request, day: this.state.day, every: this.pos.company.salon_grid_minutes },
        ]);
        this.state.due = due;
        this.refusal = refusal;
        return this.bestOf(offers).map((offer) => ({ ...offer, request }));
    }

    /** The best times, which come first: of the days nearest to that on which the client is due, or of the one picked. */
    bestOf(offers) {
        const due = DateTime.fromISO(this.state.due);
        const times = offers.map((offer) => ({ ...offer, at: deserializeDateTime(offer.start) }));
        const distance = (time) => Math.abs(time.at.startOf("day").diff(due, "days").days);
        const tooNear = (one, other) =>
            this.state.day
                ? Math.abs(one.at.diff(other.at, "hours").hours) < APART
                : one.at.hasSame(other.at, "day");
        const ranked = this.state.day ? times : times.sort((one, other) => distance(one) - distance(other));
        const best = [];
        for (const time of ranked) {
            if (best.length < PROPOSED && !best.some((other) => tooNear(time, other))) {
                best.push(time);
            }
        }
        return best.sort((one, other) => one.at - other.at);
    }

    who(offer) {
        return [...new Set(offer.lines.map((line) => line.stylist))].join(", ");
    }

    async book(offer) {
        this.state.busy = true;
        try {
            const booked = await this.pos.data.call("calendar.event", "salon_book", [
                { ...offer.request, start: offer.start },
            ]);
            if (booked.booking_id) {
                await this.note(offer);
                return;
            }
            this.state.message = booked.message;
            this.state.offers = booked.offers
                .slice(0, PROPOSED)
                .map((other) => ({ ...other, request: offer.request }));
        } catch (error) {
            this.explain(error);
        }
        this.state.busy = false;
    }

    /** Have the receipt say it, also when it is printed again. */
    async note(offer) {
        const order = this.props.order;
        order.salon_next_visit_at = deserializeDateTime(offer.start);
        this.props.close();
        this.notification.add(_t("Booked: %s", offer.label), { type: "success" });
        if (order.finalized && order.isSynced) {
            await this.pos.data.call("pos.order", "write", [
                [order.id],
                { salon_next_visit_at: offer.start },
            ]);
        }
    }

    explain(error) {
        this.state.message =
            error instanceof ConnectionLostError ? this.offlineMessage : error.data?.message || error.message;
    }

    /** When the client is due is the server's word. What each service says of itself is known without it. */
    get offlineMessage() {
        const intervals = this.chosenLines
            .filter((line) => line.salonIntervalDays)
            .map((line) => _t("%(service)s after %(days)s days", {
                service: line.product_id.display_name,
                days: line.salonIntervalDays,
            }));
        const message = _t("There is no connection. Book the next visit later, in the calendar.");
        return intervals.length ? `${message} ${_t("What is due when: %s.", intervals.join(", "))}` : message;
    }
}
