import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
import { PosPayment } from "@point_of_sale/app/models/pos_payment";
import { patch } from "@web/core/utils/patch";
import "@salon_membership/app/models/pos_order_tier"; // this adds to it
import "@salon_membership/app/models/pos_order_treatment"; // this adds to it

export const DEAL = "salon_deal";

function sum(records, value) {
    return records.reduce((total, record) => total + value(record), 0);
}

patch(PosOrderline.prototype, {
    /** A voucher of a platform pays for this line. */
    get isSalonDeal() {
        return Boolean(this.salon_deal_offer_id) && !this.refunded_orderline_id;
    },

    get salonDealPlatform() {
        return this.salon_deal_offer_id?.platform_id;
    },

    get isSalonPaidApart() {
        return this.isSalonDeal || super.isSalonPaidApart;
    },

    /** A platform's price is a discount already: it gives no points and counts for no tier, unless it is to. */
    get salonDealIsPlain() {
        return this.isSalonDeal && !this.salonDealPlatform?.gives_points;
    },

    canBeMergedWith(orderline) {
        return (
            super.canBeMergedWith(...arguments) &&
            !this.isSalonDeal &&
            !orderline.salon_deal_offer_id
        );
    },
});

patch(PosPayment.prototype, {
    get isSalonDeal() {
        return this.payment_method_id?.use_payment_terminal === DEAL;
    },
});

/** What vouchers of platforms pay in an order: the server redeems them when it is paid. */
patch(PosOrder.prototype, {
    get salonDealLines() {
        return this.lines.filter((line) => line.isSalonDeal);
    },

    get salonDealTotal() {
        return this.currency.round(sum(this.salonDealLines, (line) => line.prices.total_included));
    },

    /** The vouchers in this order: [{offer, code, lines}]. */
    get salonDeals() {
        return this._salonDealsOf(this.salonDealLines);
    },

    _salonDealsOf(lines) {
        const deals = new Map();
        for (const line of lines) {
            const key = `${line.salon_deal_offer_id.id},${line.salon_deal_code}`;
            if (!deals.has(key)) {
                deals.set(key, {
                    offer: line.salon_deal_offer_id,
                    code: line.salon_deal_code,
                    lines: [],
                });
            }
            deals.get(key).lines.push(line);
        }
        return [...deals.values()];
    },

    /** What vouchers pay, by method; in a refund, what goes back of those that it takes back whole. */
    get salonDealAmounts() {
        const amounts = new Map();
        const add = (offer, amount) => {
            const id = offer.platform_id?.payment_method_id?.id;
            amounts.set(id, this.currency.round((amounts.get(id) || 0) + amount));
        };
        for (const { offer, lines } of this.salonDeals) {
            add(offer, sum(lines, (line) => line.prices.total_included));
        }
        for (const { offer, lines } of this.salonDealsBack) {
            add(offer, sum(lines, (line) => line.prices.total_included));
        }
        return amounts;
    },

    /** The vouchers that this refund takes back whole, with its lines. */
    get salonDealsBack() {
        const refunds = this.lines.filter((line) => line.refunded_orderline_id?.salon_deal_offer_id);
        const origins = [...new Set(refunds.map((line) => line.refunded_orderline_id.order_id))];
        return origins
            .flatMap((origin) => origin.salonDeals)
            .map((deal) => ({
                ...deal,
                refunds: deal.lines.map((line) =>
                    refunds.find(
                        (one) => one.refunded_orderline_id === line && one.qty === -line.qty
                    )
                ),
            }))
            .filter((deal) => deal.refunds.every(Boolean))
            .map(({ offer, code, refunds: lines }) => ({ offer, code, lines }));
    },

    // What others make of these lines ------------------------------------------------------------------

    /** Points pay for what is sold here, not for what a voucher has paid. */
    get salonGoods() {
        return super.salonGoods - this.salonDealTotal;
    },

    _earnsSalonPoints(line) {
        return super._earnsSalonPoints(...arguments) && !line.salonDealIsPlain;
    },

    get salonTierSpend() {
        const plain = this.lines.filter((line) => line.salonDealIsPlain);
        return super.salonTierSpend - sum(plain, (line) => line.prices.total_included);
    },

    /** A discount would lessen what a voucher has paid already. */
    getOrderlines() {
        const lines = super.getOrderlines(...arguments);
        return this.salonLeavesSessionsOut || this.salonGoodsAlone
            ? lines.filter((line) => !line.isSalonDeal)
            : lines;
    },

    /** What is given back waits for no terminal. */
    isRefundInProcess() {
        return (
            this.isRefund &&
            this.payment_ids.some(
                (payment) =>
                    payment.payment_method_id.use_payment_terminal &&
                    !payment.isSalonDeal &&
                    !payment.isSalonSessions &&
                    payment.payment_status !== "done"
            )
        );
    },

    /** Whether the vouchers are redeemed is the server's to say. */
    waitForPushOrder() {
        return this.salonDealLines.length > 0 || super.waitForPushOrder(...arguments);
    },
});
