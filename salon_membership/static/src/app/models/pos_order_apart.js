import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
import { PosPayment } from "@point_of_sale/app/models/pos_payment";
import { patch } from "@web/core/utils/patch";
import { sum } from "@salon_membership/app/models/pos_order_wallet"; // this adds to it

patch(PosOrderline.prototype, {
    /** Something of its own pays for this line, all of it, as a session or a voucher: nothing else lessens it. */
    get isSalonPaidApart() {
        return false;
    },

    /** What pays for one line pays for no other. */
    canBeMergedWith(orderline) {
        return (
            super.canBeMergedWith(...arguments) &&
            !this.isSalonPaidApart &&
            !orderline.isSalonPaidApart
        );
    },

    /** Note what this line costs, before it comes to what pays for it. */
    keepSalonPrice(priceType = this.price_type) {
        this.uiState.salonBefore = {
            price_unit: this.price_unit,
            price_type: priceType,
            discount: this.discount,
            extra_tax_data: this.extra_tax_data,
        };
    },

    /** Have this line cost what it did before: what was typed, or what the service costs now. */
    restoreSalonPrice() {
        const before = this.uiState.salonBefore;
        this.uiState.salonBefore = null;
        this.uiState.salonShare = undefined;
        this.extra_tax_data = before?.extra_tax_data;
        this.price_type = before?.price_type || "original";
        this.discount = before?.discount || 0;
        if (before && before.price_type !== "original") {
            this.setUnitPrice(before.price_unit);
        } else {
            this.applySalonPrice();
        }
    },
});

patch(PosPayment.prototype, {
    /** This pays for lines of its own, and for no others. */
    get isSalonApart() {
        return false;
    },
});

/** What sessions and vouchers pay in an order: which lines, what they come to, and what nothing else may lessen. */
patch(PosOrder.prototype, {
    get salonLinesApart() {
        return this.lines.filter((line) => line.isSalonPaidApart);
    },

    /** Points pay for what is sold here, not for what a session or a voucher has paid. */
    get salonGoods() {
        const apart = sum(this.salonLinesApart, (line) => line.prices.total_included);
        return super.salonGoods - this.currency.round(apart);
    },

    // A discount would lessen what a session or a voucher has paid already.

    _getDiscountableOnOrder() {
        return this._withoutSalonApart(() => super._getDiscountableOnOrder(...arguments));
    },

    _getDiscountableOnSpecific() {
        return this._withoutSalonApart(() => super._getDiscountableOnSpecific(...arguments));
    },

    _getCheapestLine() {
        return this._withoutSalonApart(() => super._getCheapestLine(...arguments));
    },

    _withoutSalonApart(compute) {
        this.salonLeavesApartOut = true;
        try {
            return compute();
        } finally {
            this.salonLeavesApartOut = false;
        }
    },

    getOrderlines() {
        const lines = super.getOrderlines(...arguments);
        return this.salonLeavesApartOut ? lines.filter((line) => !line.isSalonPaidApart) : lines;
    },

    /** What is given back to a card or a platform waits for no terminal. */
    isRefundInProcess() {
        return (
            this.isRefund &&
            this.payment_ids.some(
                (payment) =>
                    payment.payment_method_id.use_payment_terminal &&
                    !payment.isSalonApart &&
                    payment.payment_status !== "done"
            )
        );
    },

    /** Whether all that pays for these lines is still there is the server's to say. */
    waitForPushOrder() {
        return this.salonLinesApart.length > 0 || super.waitForPushOrder(...arguments);
    },
});
