import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
import { PosPayment } from "@point_of_sale/app/models/pos_payment";
import { patch } from "@web/core/utils/patch";
import "@salon_membership/app/models/pos_order_apart"; // this adds to it
import { sum } from "@salon_membership/app/models/pos_order_wallet";

export const TREATMENT = "salon_treatment";

patch(PosOrderline.prototype, {
    /** A session of a treatment card pays for this line. */
    get isSalonSession() {
        return Boolean(this.salon_treatment_card_id) && !this.refunded_orderline_id;
    },

    get isSalonPaidApart() {
        return this.isSalonSession || super.isSalonPaidApart;
    },
});

patch(PosPayment.prototype, {
    get isSalonSessions() {
        return this.payment_method_id?.use_payment_terminal === TREATMENT;
    },

    get isSalonApart() {
        return this.isSalonSessions || super.isSalonApart;
    },
});

patch(PosOrder.prototype, {
    get salonSessionLines() {
        return this.lines.filter((line) => line.isSalonSession);
    },

    get salonSessionTotal() {
        return this.currency.round(sum(this.salonSessionLines, (line) => line.prices.total_included));
    },

    /** What the receipt says of treatment cards: the server's figures, once it has them. */
    get salonReceiptCards() {
        return (this.isSynced && this.finalized && this.salon_cards_left) || [];
    },

    /** What of this refund was paid by sessions, and comes back as such. */
    get salonSessionBack() {
        const lines = this.lines.filter(
            (line) => line.refunded_orderline_id?.salon_treatment_card_id
        );
        return this.currency.round(-sum(lines, (line) => line.prices.total_included));
    },

    /** What is left on the card is the server's to say. */
    waitForPushOrder() {
        return (
            this.lines.some(
                (line) =>
                    line.isSalonSession ||
                    line.product_id?.product_tmpl_id?.is_salon_card ||
                    line.refunded_orderline_id?.salon_treatment_card_id
            ) || super.waitForPushOrder(...arguments)
        );
    },
});
