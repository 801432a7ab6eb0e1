import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import { registry } from "@web/core/registry";

function panelShows(...texts) {
    const contains = texts.map((text) => `:contains(${text})`).join("");
    return { content: `the panel shows ${texts.join(", ")}`, trigger: `.salon-panel-badges${contains}` };
}

function receiptShows(change, balance) {
    return [
        {
            content: "points won on the receipt",
            trigger: `.pos-receipt .salon-receipt-points-change:contains(/^${change}$/)`,
        },
        {
            content: "points balance on the receipt",
            trigger: `.pos-receipt .salon-receipt-points-balance:contains(/^${balance}$/)`,
        },
        {
            content: "Odoo's own figures don't stand beside the salon's",
            trigger: ".pos-receipt:not(:has(.loyalty))",
        },
    ];
}

/** A guest pays the list price; a member pays the tier's and gets points, which the server settles. */
registry.category("web_tour.tours").add("salon_till_member_earns", {
    steps: () =>
        [
            Chrome.startPoS(),
            Dialog.confirm("Open Register"),
            ProductScreen.clickPartnerButton(),
            ProductScreen.clickCustomer("Greta Guest"),
            ProductScreen.clickDisplayedProduct("Cut"),
            ProductScreen.totalAmountIs("100.00"),
            { content: "no member, no badge", trigger: ".salon-panel:not(:has(.salon-tier))" },
            ProductScreen.clickPartnerButton(),
            ProductScreen.clickCustomer("Clara Client"),
            ProductScreen.totalAmountIs("80.00"),
            panelShows("Gold", "0 points", "+120"),
            ProductScreen.clickDisplayedProduct("Shampoo"),
            ProductScreen.totalAmountIs("87.99"),
            panelShows("Gold", "0 points", "+131"),
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Bank"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.receiptIsThere(),
            receiptShows(131, 131),
            ReceiptScreen.clickNextOrder(),
            ProductScreen.clickPartnerButton(),
            ProductScreen.clickCustomer("Clara Client"),
            panelShows("Gold", "131 points"),
            ProductScreen.clickDisplayedProduct("Cut"),
            panelShows("+120"),
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Bank"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.receiptIsThere(),
            receiptShows(120, 251),
            Chrome.endTour(),
        ].flat(),
});
