import { OrderSummary } from "@point_of_sale/app/screens/product_screen/order_summary/order_summary";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(OrderSummary.prototype, {
    /** Bonus belongs to its payment: with the keys it can only be taken out, and the payment with it. */
    async updateSelectedOrderline({ key }) {
        const line = this.currentOrder.getSelectedOrderline();
        if (!line?.isSalonBonus) {
            return super.updateSelectedOrderline(...arguments);
        }
        if (!line.refunded_orderline_id && ["Backspace", "Delete"].includes(key)) {
            this.pos.dropSalonWallet(this.currentOrder);
        } else {
            this.dialog.add(AlertDialog, {
                title: _t("Paid by stored value"),
                body: _t("How much stored value pays is changed at the payment."),
            });
        }
        this.numberBuffer.reset();
    },
});
