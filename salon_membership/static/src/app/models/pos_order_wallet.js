import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
import { PosPayment } from "@point_of_sale/app/models/pos_payment";
import { patch } from "@web/core/utils/patch";
import "@salon_membership/app/models/pos_order_points"; // this adds to it

export const WALLET = "salon_wallet";
const PAYMENT_PROGRAMS = ["gift_card", "ewallet"];

export function sum(records, value) {
    return records.reduce((total, record) => total + value(record), 0);
}

/** The taxes of a line that comes back whole, rounded as they were. */
export function turnedAround(extraTaxData) {
    const values = { ...extraTaxData, quantity: -1 };
    for (const name of ["manual_total_excluded", "manual_total_excluded_currency"]) {
        if (values[name]) {
            values[name] = -values[name];
        }
    }
    const amounts = Object.entries(values.manual_tax_amounts || {}).map(([taxId, taxAmounts]) => [
        taxId,
        Object.fromEntries(Object.entries(taxAmounts).map(([name, amount]) => [name, -amount])),
    ]);
    return amounts.length ? { ...values, manual_tax_amounts: Object.fromEntries(amounts) } : false;
}

patch(PosOrderline.prototype, {
    get isSalonTopup() {
        const product = this.company.salon_topup_product_id;
        return Boolean(product) && this.product_id?.id === product.id;
    },

    /** Money that is used later: no revenue, no points, and nothing that stored value pays. */
    get isSalonPrepaid() {
        return this.isSalonTopup || Boolean(this.product_id?.product_tmpl_id?.is_salon_card);
    },

    /** The bonus part of a payment by stored value, or of one that is given back. */
    get isSalonBonus() {
        const product = this.company.salon_bonus_product_id;
        return Boolean(product) && this.product_id?.id === product.id;
    },
});

patch(PosPayment.prototype, {
    get isSalonWallet() {
        return this.payment_method_id?.use_payment_terminal === WALLET;
    },
});

/** What an order does with stored value: principal is a payment, bonus a discount on what is sold. */
patch(PosOrder.prototype, {
    get salonWalletLine() {
        return this.payment_ids.find((payment) => payment.isSalonWallet);
    },

    get salonPaidOtherwise() {
        const line = this.salonWalletLine;
        return this.amountPaid - (line?.isDone() ? line.amount : 0);
    },

    get salonBonusLines() {
        return this.lines.filter((line) => line.isSalonBonus && !line.refunded_orderline_id);
    },

    get salonBonusUsed() {
        return this.currency.round(-sum(this.salonBonusLines, (line) => line.prices.total_included));
    },

    /** The bonus that this refund brings back onto the card, beside the principal that it pays back. */
    get salonBonusBack() {
        const lines = this.lines.filter((line) => line.isSalonBonus && line.refunded_orderline_id);
        return this.currency.round(sum(lines, (line) => line.prices.total_included));
    },

    get salonUsesWallet() {
        return Boolean(this.salonWalletLine) || this.salonBonusLines.length > 0;
    },

    get salonTopups() {
        return this.lines.filter((line) => line.isSalonTopup);
    },

    /** What stored value can cover here, principal and bonus together: no top-ups, and no change is given out of it. */
    get salonWalletMost() {
        const bonus = this.salonBonusUsed;
        const others = this.salonPaidOtherwise;
        const prepaid = sum(
            this.lines.filter((line) => line.isSalonPrepaid),
            (line) => Math.max(line.prices.total_included, 0)
        );
        const most = Math.min(this.totalDue + bonus - others, this.priceIncl + bonus - prepaid);
        return Math.max(this.currency.round(most), 0);
    },

    /** How much of what the client pays later, if at all, would be a top-up: that is paid at once. */
    get salonTopupOwed() {
        const later = sum(
            this.payment_ids.filter((payment) => payment.payment_method_id?.type === "pay_later"),
            (payment) => payment.amount
        );
        const others = sum(
            this.lines.filter((line) => !line.isSalonTopup && !line.refunded_orderline_id),
            (line) => line.prices.total_included
        );
        return this.salonTopups.some((line) => line.qty > 0)
            ? Math.max(this.currency.round(later - Math.max(others, 0)), 0)
            : 0;
    },

    /** What of this refund can go back onto the card: not what is paid out of the card itself. */
    get salonWalletBack() {
        const others = this.salonPaidOtherwise;
        const prepaid = sum(
            this.lines.filter((line) => line.isSalonPrepaid),
            (line) => Math.min(line.prices.total_included, 0)
        );
        const most = Math.min(others - this.totalDue, prepaid - this.priceIncl);
        return Math.max(this.currency.round(most), 0);
    },

    /** What the payment by stored value was asked for: when this changes it has to be asked for again. */
    get salonWalletGoods() {
        return this.lines
            .filter((line) => line.refunded_orderline_id || !line.isSalonBonus)
            .map((line) => {
                const taxes = line.tax_ids.map((tax) => tax.id).sort((a, b) => a - b);
                const total = this.currency.round(line.prices.total_included);
                return [line.product_id.id, line.qty, total.toFixed(2), ...taxes].join(":");
            })
            .sort()
            .join(" ");
    },

    // What others make of these lines ------------------------------------------------------------------

    /** Discounts are on what is sold: not on money that is used later, and not on what bonus left of the price. */
    _getDiscountableOnOrder(reward) {
        if (PAYMENT_PROGRAMS.includes(reward.program_id.program_type)) {
            return super._getDiscountableOnOrder(...arguments);
        }
        this.salonGoodsAlone = true;
        try {
            return super._getDiscountableOnOrder(...arguments);
        } finally {
            this.salonGoodsAlone = false;
        }
    },

    getOrderlines() {
        const lines = super.getOrderlines(...arguments);
        return this.salonGoodsAlone
            ? lines.filter((line) => !line.isSalonBonus && !line.isSalonPrepaid)
            : lines;
    },

    /** The receipt says what is left on the card: it waits for the server. */
    waitForPushOrder() {
        return (
            this.salonUsesWallet || this.salonTopups.length > 0 || super.waitForPushOrder(...arguments)
        );
    },

    /** What the receipt says: the server's figures, once it has them. */
    get salonReceiptWallet() {
        const topups = this.salonTopups;
        const payments = this.payment_ids.filter((payment) => payment.isSalonWallet);
        const bonusLines = this.lines.filter((line) => line.isSalonBonus);
        if (!topups.length && !payments.length && !bonusLines.length) {
            return null;
        }
        const round = (amount) => this.currency.round(amount);
        const bonus = round(-sum(bonusLines, (line) => line.prices.total_included));
        const known = this.isSynced && this.finalized;
        return {
            topup: round(sum(topups, (line) => line.prices.total_included)),
            topupBonus: known && topups.length ? round(this.salon_wallet_bonus + bonus) : 0,
            principal: round(sum(payments, (payment) => payment.amount)),
            bonus,
            left: known ? this.salon_wallet_left : undefined,
        };
    },

    // Refunds ----------------------------------------------------------------------------------------

    /** Have this refund give back so much of the bonus as its goods are of the sale's, as the server demands it. */
    refreshSalonBonusRefund() {
        const origin = this.lines.find((line) => line.refunded_orderline_id)?.refunded_orderline_id
            .order_id;
        const bonusLines = origin?.lines.filter(
            (line) => !line.refunded_orderline_id && line.isSalonBonus
        );
        if (!bonusLines?.length || this.finalized) {
            return;
        }
        const goods = origin.lines.filter(
            (line) =>
                !line.isSalonBonus &&
                !line.isSalonPrepaid &&
                !line.isSalonPaidApart &&
                !line.refunded_orderline_id &&
                line.prices.total_included > 0
        );
        const total = sum(goods, (line) => line.prices.total_included);
        const back = sum(
            goods,
            (line) => (line.prices.total_included * line.refundedQty) / line.qty
        );
        const part = total ? Math.min(back / total, 1) : 0;
        for (const line of bonusLines) {
            const own = this.lines.find((one) => one.refunded_orderline_id === line);
            const others = (line.refund_orderline_ids || []).filter(
                (one) => one !== own && one.order_id.state !== "cancel"
            );
            const given = sum(others, (one) => one.qty * one.price_unit);
            const price = this.currency.round(line.price_unit * part) + given;
            this._setSalonRefundLine(line, own, -1, this.currency.round(price));
            const refund = this.lines.find((one) => one.refunded_orderline_id === line);
            if (refund) {
                const isWhole = this.currency.isZero(refund.price_unit - line.price_unit);
                refund.extra_tax_data = isWhole ? turnedAround(line.extra_tax_data) : false;
            }
        }
    },

    refreshSalonRefund() {
        super.refreshSalonRefund(...arguments);
        this.refreshSalonBonusRefund();
    },

    /** What of the sale that this refunds was paid by principal, and is not given back yet. */
    get salonWalletTendered() {
        const origin = this.refunded_order_id || this.lines[0]?.refunded_orderline_id?.order_id;
        if (!origin) {
            return 0;
        }
        const orders = new Map([[origin.uuid, origin]]);
        for (const line of origin.lines.flatMap((one) => one.refund_orderline_ids || [])) {
            const order = line.order_id;
            if (order.uuid !== this.uuid && order.finalized && order.state !== "cancel") {
                orders.set(order.uuid, order);
            }
        }
        const payments = [...orders.values()].flatMap((order) => order.payment_ids);
        const tendered = sum(
            payments.filter((payment) => payment.isSalonWallet),
            (payment) => payment.amount
        );
        return Math.max(this.currency.round(tendered), 0);
    },
});
