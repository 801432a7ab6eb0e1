import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { PaymentScreenPaymentLines } from "@point_of_sale/app/screens/payment_screen/payment_lines/payment_lines";
import { WALLET } from "@salon_membership/app/models/pos_order_wallet";
import { patch } from "@web/core/utils/patch";

/** Whether what a method takes is known to the server alone: stored value, sessions, vouchers. */
function isPrepaid(method) {
    return `${method?.use_payment_terminal}`.startsWith("salon_");
}

/** Stored value is paid by one tap, and taken out or changed until the order is validated. */
patch(PaymentScreen.prototype, {
    onMounted() {
        super.onMounted(...arguments);
        this.pos.refreshSalonWallet(this.currentOrder);
    },

    async addNewPaymentLine(paymentMethod) {
        if (paymentMethod.type === "pay_later") {
            return this._addSalonPayLater(...arguments);
        }
        if (paymentMethod.use_payment_terminal !== WALLET) {
            return super.addNewPaymentLine(...arguments);
        }
        const isPaid = await this.pos.paySalonWallet(this.currentOrder);
        this.numberBuffer.reset();
        return isPaid;
    },

    /** What is sold beside a top-up may be paid later: so much is proposed. */
    async _addSalonPayLater() {
        const isAdded = await super.addNewPaymentLine(...arguments);
        const order = this.currentOrder;
        const line = order.getSelectedPaymentline();
        const owed = order.salonTopupOwed;
        if (isAdded && owed && line?.payment_method_id.type === "pay_later") {
            const rest = this.pos.currency.round(line.amount - owed);
            if (rest > 0) {
                line.setAmount(rest);
            } else {
                order.removePaymentline(line);
            }
            this.numberBuffer.reset();
            this.pos.refuseSalonTopupOwed();
        }
        return isAdded;
    },

    /** An amount that is typed without a method is money: core takes the first one, whatever it is. */
    updateSelectedPaymentline() {
        const [first, ...others] = this.payment_methods_from_config;
        if (!this.paymentLines.length && isPrepaid(first)) {
            const money = others.find((one) => !isPrepaid(one) && one.type !== "pay_later");
            if (!money) {
                return;
            }
            this.currentOrder.addPaymentline(money);
        }
        super.updateSelectedPaymentline(...arguments);
    },

    deletePaymentLine(uuid) {
        const line = this.paymentLines.find((one) => one.uuid === uuid);
        if (!line?.isSalonWallet) {
            return super.deletePaymentLine(...arguments);
        }
        this.pos.dropSalonWallet(this.currentOrder);
        this.numberBuffer.reset();
    },
});

patch(PaymentScreenPaymentLines.prototype, {
    selectedLineClass(line) {
        return { ...super.selectedLineClass(...arguments), "salon-wallet-line": line.isSalonWallet };
    },

    /** On a phone a tap on a payment changes its amount. */
    async selectLine(line) {
        if (!line.isSalonWallet || !this.ui.isSmall) {
            return super.selectLine(...arguments);
        }
        this.props.selectLine(line.uuid);
        await this.pos.changeSalonWallet(line.pos_order_id);
    },

    /** What else is said of the payment: its bonus, and what is left on the card after it. */
    salonWalletParts(line) {
        const order = line.pos_order_id;
        const left = order.uiState.salonWallet?.left;
        return {
            bonus: order.salonBonusUsed,
            back: order.salonBonusBack,
            left: left && this.pos.currency.round(left.principal + left.bonus),
        };
    },
});
