import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
import { PosPayment } from "@point_of_sale/app/models/pos_payment";
import { patch } from "@web/core/utils/patch";
import "@salon_membership/app/models/pos_order_apart"; // this adds to it
import "@salon_membership/app/models/pos_order_tier"; // this adds to it
import { sum } from "@salon_membership/app/models/pos_order_wallet";

export const DEAL = "salon_deal";

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
});

patch(PosPayment.prototype, {
    get isSalonDeal() {
        return this.payment_method_id?.use_payment_terminal === DEAL;
    },

    get isSalonApart() {
        return this.isSalonDeal || super.isSalonApart;
    },
});

/** What vouchers of platforms pay in an order: the server redeems them when it is paid. */
patch(PosOrder.prototype, {
    get salonDealLines() {
        return this.lines.filter((line) => line.isSalonDeal);
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

    _earnsSalonPoints(line) {
        return super._earnsSalonPoints(...arguments) && !line.salonDealIsPlain;
    },

    get salonTierSpend() {
        const plain = this.lines.filter((line) => line.salonDealIsPlain);
        return super.salonTierSpend - sum(plain, (line) => line.prices.total_included);
    },
});
