import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { DEAL } from "@salon_membership/app/models/pos_order_deal";
import "@salon_membership/app/screens/payment_screen/payment_screen_treatment"; // this adds to it

/** What vouchers pay is known from the order. */
patch(PaymentScreen.prototype, {
    onMounted() {
        this.pos.refreshSalonDeals(this.currentOrder);
        super.onMounted(...arguments);
    },

    /** A platform's method takes one more voucher, or, in a refund, gives back those that it takes back whole. */
    async addNewPaymentLine(paymentMethod) {
        if (paymentMethod.use_payment_terminal !== DEAL) {
            return super.addNewPaymentLine(...arguments);
        }
        this.numberBuffer.reset();
        const order = this.currentOrder;
        if (order.salonDealAmounts.has(paymentMethod.id) && order.salonDealsBack.length) {
            order.uiState.salonDealsProposed = false;
            this.pos.refreshSalonDeals(order);
            return true;
        }
        if (order.isRefund || order.totalDue < 0) {
            this.dialog.add(AlertDialog, {
                title: _t("No voucher is given back"),
                body: _t("A voucher is given back whole, with all services that it paid for. Pay the refund by another method: the voucher stays used then."),
            });
            return false;
        }
        await this.pos.enterSalonDeal(order, paymentMethod);
        return false;
    },

    deletePaymentLine(uuid) {
        const line = this.paymentLines.find((one) => one.uuid === uuid);
        if (!line?.isSalonDeal || line.amount < 0) {
            return super.deletePaymentLine(...arguments);
        }
        this.dialog.add(AlertDialog, {
            title: _t("Paid by a voucher"),
            body: _t("Go back to the order and take the voucher out there: choose its line, and press ⌫."),
        });
        this.numberBuffer.reset();
    },
});
