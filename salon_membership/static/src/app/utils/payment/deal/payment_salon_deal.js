import { register_payment_method } from "@point_of_sale/app/services/pos_store";
import { PaymentInterface } from "@point_of_sale/app/utils/payment/payment_interface";
import { DEAL } from "@salon_membership/app/models/pos_order_deal";

/** Vouchers pay for their lines by themselves: there is nothing to send. */
export class PaymentSalonDeal extends PaymentInterface {
    async sendPaymentRequest() {
        return true;
    }

    async sendPaymentCancel() {
        return true;
    }
}

register_payment_method(DEAL, PaymentSalonDeal);
