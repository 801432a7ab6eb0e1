import { OrderSummary } from "@point_of_sale/app/screens/product_screen/order_summary/order_summary";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(OrderSummary.prototype, {
    /** What a session pays for has its price: with the keys the session can only be taken out. */
    async updateSelectedOrderline({ key }) {
        const line = this.currentOrder.getSelectedOrderline();
        if (!line?.isSalonSession) {
            return super.updateSelectedOrderline(...arguments);
        }
        if (["Backspace", "Delete"].includes(key)) {
            await this.pos.undoSalonSession(this.currentOrder, line);
        } else {
            this.dialog.add(AlertDialog, {
                title: _t("Paid by a treatment card"),
                body: _t("Take the session out first, by the key ⌫."),
            });
        }
        this.numberBuffer.reset();
    },
});
