import { ClosePosPopup } from "@point_of_sale/app/components/popups/closing_popup/closing_popup";
import { patch } from "@web/core/utils/patch";

const PREPAID = ["salon_wallet", "salon_treatment", "salon_deal"];

patch(ClosePosPopup.prototype, {
    /** Prepaid money is known from the clients' cards, and what platforms owe from the vouchers: nobody counts it. */
    isSalonPrepaid(method) {
        const terminal = this.pos.models["pos.payment.method"].get(method.id)?.use_payment_terminal;
        return PREPAID.includes(terminal);
    },
});
