import { register_payment_method } from "@point_of_sale/app/services/pos_store";
import { PaymentInterface } from "@point_of_sale/app/utils/payment/payment_interface";
import { WALLET } from "@salon_membership/app/models/pos_order_wallet";

/** Stored value as a payment: the server holds it for the order, in place of a terminal that charges a card. */
export class PaymentSalonWallet extends PaymentInterface {
    async sendPaymentRequest(uuid) {
        const order = this._orderOf(uuid);
        const amount = order.getPaymentlineByUuid(uuid).amount;
        this.pos.paymentTerminalInProgress = false; // it is this very request
        return this.pos.paySalonWallet(order, Math.abs(amount));
    }

    async sendPaymentCancel(order) {
        this.pos.releaseSalonValue(order);
        return true;
    }

    _orderOf(uuid) {
        return this.pos.models["pos.payment"].getBy("uuid", uuid).pos_order_id;
    }
}

register_payment_method(WALLET, PaymentSalonWallet);
