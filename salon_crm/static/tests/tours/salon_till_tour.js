import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as SelectionPopup from "@point_of_sale/../tests/generic_helpers/selection_popup_util";
import { registry } from "@web/core/registry";

/** Choosing the client offers the open visit; one tap brings its services into the order. */
registry.category("web_tour.tours").add("salon_till_takes_visit", {
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
            ProductScreen.selectedOrderlineHas("Cut", "1", "100.0"),
            {
                content: "the line names its stylist, and the offer is gone",
                trigger: ".salon-stylist:contains(Anna)",
            },
            { trigger: ".salon-panel:not(:has(.salon-add-services))" },
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Bank"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.receiptIsThere(),
            ReceiptScreen.clickNextOrder(),
            Chrome.endTour(),
        ].flat(),
});

/** A service sold without a booking: the cashier says who did it. */
registry.category("web_tour.tours").add("salon_till_names_stylist", {
    steps: () =>
        [
            Chrome.startPoS(),
            Dialog.confirm("Open Register"),
            ProductScreen.clickPartnerButton(),
            ProductScreen.clickCustomer("Clara Client"),
            ProductScreen.clickDisplayedProduct("Facial"),
            {
                content: "who performed it?",
                trigger: ".salon-stylist-button",
                run: "click",
            },
            SelectionPopup.has("Ben", { run: "click" }),
            { trigger: ".salon-stylist:contains(Ben)" },
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Bank"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.receiptIsThere(),
            Chrome.endTour(),
        ].flat(),
});
