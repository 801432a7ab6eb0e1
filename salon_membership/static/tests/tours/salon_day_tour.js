import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import { registry } from "@web/core/registry";

/** The visit of a silver member comes into the order at her price, is paid, and brings points. */
registry.category("web_tour.tours").add("salon_day_cashier", {
    steps: () =>
        [
            Chrome.startPoS(),
            Dialog.confirm("Open Register"),
            ProductScreen.clickPartnerButton(),
            ProductScreen.clickCustomer("Clara Client"),
            {
                content: "the open visit is offered",
                trigger: ".salon-add-services:contains(Cut):contains(Anna)",
                run: "click",
            },
            ProductScreen.totalAmountIs("85.00"),
            {
                content: "tier, points and what this sale brings",
                trigger: ".salon-panel-badges:contains(Silver):contains(+102)",
            },
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Bank"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.receiptIsThere(),
            {
                content: "points on the receipt",
                trigger: ".pos-receipt .salon-receipt-points-change:contains(/^102$/)",
            },
            ReceiptScreen.clickNextOrder(),
            Chrome.endTour(),
        ].flat(),
});
