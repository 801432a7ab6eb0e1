import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { TREATMENT } from "@salon_membership/app/models/pos_order_treatment";
import "@salon_membership/app/screens/payment_screen/payment_screen_wallet"; // this adds to it

/** What sessions pay is known from the order. */
patch(PaymentScreen.prototype, {
    onMounted() {
        this.pos.refreshSalonSessions(this.currentOrder);
        super.onMounted(...arguments);
    },

    async addNewPaymentLine(paymentMethod) {
        if (paymentMethod.use_payment_terminal !== TREATMENT) {
            return super.addNewPaymentLine(...arguments);
        }
        this.currentOrder.uiState.salonSessionsProposed = false;
        this.pos.refreshSalonSessions(this.currentOrder);
        this.numberBuffer.reset();
        const isThere = this.paymentLines.some((payment) => payment.isSalonSessions);
        if (!isThere) {
            this.dialog.add(AlertDialog, {
                title: _t("No session is used"),
                body: _t("Go back to the order, and tap the treatment card under its lines."),
            });
        }
        return isThere;
    },
});
