import { OrderSummary } from "@point_of_sale/app/screens/product_screen/order_summary/order_summary";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(OrderSummary.prototype, {
    /** What points pay is changed where the server is asked for it; with the keys it can only be taken out. */
    async updateSelectedOrderline({ key }) {
        const line = this.currentOrder.getSelectedOrderline();
        if (line?.isSalonPartPayment) {
            const remove = !line.refunded_orderline_id && ["Backspace", "Delete"].includes(key);
            if (remove) {
                this.currentOrder.removeOrderline(line);
                this.pos.updateRewards();
            } else {
                this.dialog.add(AlertDialog, {
                    title: _t("Paid by points"),
                    body: _t("What points pay is changed by the button Use Points."),
                });
            }
            this.numberBuffer.reset();
            return;
        }
        return super.updateSelectedOrderline(...arguments);
    },
});
