import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";

/** Open the till, for a client where one is named. */
export function open(client) {
    return [
        Chrome.startPoS(),
        Dialog.confirm("Open Register"),
        client ? choose(client) : [],
    ].flat();
}

export function choose(client) {
    return [ProductScreen.clickPartnerButton(), ProductScreen.clickCustomer(client)].flat();
}

/** The panel offers services, by these texts; one tap brings them into the order. */
export function takeVisit(...texts) {
    return [
        {
            content: "the open visit is offered",
            trigger: `.salon-add-services${texts.map((text) => `:contains(${text})`).join("")}`,
            run: "click",
        },
        { content: "the offer is gone", trigger: ".salon-panel:not(:has(.salon-add-services))" },
    ];
}

export function pay() {
    return [
        ProductScreen.clickPayButton(),
        PaymentScreen.clickPaymentMethod("Bank"),
        PaymentScreen.clickValidate(),
        ReceiptScreen.receiptIsThere(),
    ].flat();
}

export function nextOrder() {
    return ReceiptScreen.clickNextOrder();
}

export function close() {
    return Chrome.endTour();
}
