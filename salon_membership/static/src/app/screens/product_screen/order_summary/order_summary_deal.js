import { OrderSummary } from "@point_of_sale/app/screens/product_screen/order_summary/order_summary";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(OrderSummary.prototype, {
    /** What a voucher pays for has its price: with the keys the voucher can only be taken out, whole. */
    async updateSelectedOrderline({ key }) {
        const line = this.currentOrder.getSelectedOrderline();
        if (!line?.isSalonDeal) {
            return super.updateSelectedOrderline(...arguments);
        }
        if (["Backspace", "Delete"].includes(key)) {
            this.pos.dropSalonDeal(this.currentOrder, {
                offer: line.salon_deal_offer_id,
                code: line.salon_deal_code,
            });
        } else {
            this.dialog.add(AlertDialog, {
                title: _t("Paid by a voucher"),
                body: _t("Take the voucher out first, by the key ⌫."),
            });
        }
        this.numberBuffer.reset();
    },
});
