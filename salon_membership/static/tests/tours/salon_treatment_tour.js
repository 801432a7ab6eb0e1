import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as Offline from "@point_of_sale/../tests/generic_helpers/offline_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as TicketScreen from "@point_of_sale/../tests/pos/tours/utils/ticket_screen_util";
import * as Till from "@salon_crm/../tests/tours/utils/salon_till_util";
import { refresh } from "@point_of_sale/../tests/generic_helpers/utils";
import { registry } from "@web/core/registry";

function useOne(left) {
    return {
        content: `use one, ${left} left`,
        trigger: `.salon-session-use:contains(Facial):contains(${left} of 10 left):enabled`,
        run: "click",
    };
}

function nothingToUse() {
    return { content: "nothing to use", trigger: ".salon-panel:not(:has(.salon-session-use))" };
}

function isUsed() {
    return { content: "a session pays for it", trigger: ".orderline .salon-session" };
}

function takeOut() {
    return { content: "take it out", trigger: ".salon-session-undo:enabled", run: "click" };
}

function receiptShows(used, left) {
    const card = ".pos-receipt .salon-receipt-card:contains(10 Facials)";
    return [
        { content: `${left} left`, trigger: `${card}:has(.salon-receipt-card-left:contains(${left}))` },
        used
            ? { content: `${used} used`, trigger: `${card}:has(.salon-receipt-card-used:contains(${used}))` }
            : { content: "none used", trigger: `${card}:not(:has(.salon-receipt-card-used))` },
    ];
}

function validate() {
    return [PaymentScreen.clickValidate(), ReceiptScreen.receiptIsThere()].flat();
}

/** Ten facials are sold; one is used beside a shampoo: its share, without the cashier paying anything for it. */
registry.category("web_tour.tours").add("salon_till_course", {
    steps: () =>
        [
            Till.open("Clara Client"),
            nothingToUse(),
            ProductScreen.clickDisplayedProduct("10 Facials"),
            ProductScreen.totalAmountIs("1,599.99"),
            Till.pay(),
            receiptShows(0, "10 / 10"),
            Till.nextOrder(),
            Till.choose("Clara Client"),
            { content: "the card is known", trigger: ".salon-card-badge:contains(10 Facials):contains(10/10)" },
            nothingToUse(),
            ProductScreen.clickDisplayedProduct("Facial"),
            ProductScreen.totalAmountIs("220.00"),
            useOne(10),
            isUsed(),
            ProductScreen.totalAmountIs("160.00"),
            // The client changes their mind, and changes it back.
            takeOut(),
            ProductScreen.totalAmountIs("220.00"),
            useOne(10),
            ProductScreen.totalAmountIs("160.00"),
            { content: "one is taken", trigger: ".salon-card-badge:contains(9/10)" },
            { content: "nothing for points", trigger: ".salon-panel:not(:has(.salon-use-points))" },
            ProductScreen.clickNumpad("5"),
            Dialog.is("Paid by a treatment card"),
            Dialog.confirm(),
            ProductScreen.clickDisplayedProduct("Shampoo"),
            ProductScreen.totalAmountIs("250.00"),
            ProductScreen.clickPayButton(),
            PaymentScreen.remainingIs("90.00"),
            PaymentScreen.clickPaymentMethod("Bank"),
            validate(),
            receiptShows(1, "9 / 10"),
            Till.nextOrder(),
            Till.choose("Clara Client"),
            { content: "nine are left", trigger: ".salon-card-badge:contains(9/10)" },
            Till.close(),
        ].flat(),
});

/** One tap takes the service over from the visit and pays for it; a refund gives the session back. */
registry.category("web_tour.tours").add("salon_till_course_visit", {
    steps: () =>
        [
            Till.open("Clara Client"),
            useOne(10),
            isUsed(),
            ProductScreen.totalAmountIs("160.00"),
            // The browser is loaded anew meanwhile.
            refresh(),
            isUsed(),
            ProductScreen.totalAmountIs("160.00"),
            ProductScreen.clickPayButton(),
            validate(),
            Till.nextOrder(),
            ProductScreen.clickRefund(),
            TicketScreen.selectOrder("001"),
            ProductScreen.clickNumpad("1"),
            TicketScreen.toRefundTextContains("To Refund: 1"),
            TicketScreen.confirmRefund(),
            PaymentScreen.isShown(),
            PaymentScreen.totalIs("-160.00"),
            validate(),
            receiptShows(0, "10 / 10"),
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});

/** A session is its client's, and nothing is used without a connection. */
registry.category("web_tour.tours").add("salon_till_course_refused", {
    steps: () =>
        [
            Till.open("Clara Client"),
            ProductScreen.clickDisplayedProduct("Facial"),
            useOne(10),
            ProductScreen.totalAmountIs("160.00"),
            Till.choose("Greta Guest"),
            ProductScreen.totalAmountIs("220.00"),
            nothingToUse(),
            Till.choose("Clara Client"),
            { content: "it can be used", trigger: ".salon-session-use:contains(10 of 10):enabled" },
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Treatment Card"),
            Dialog.is("No session is used"),
            Dialog.confirm(),
            PaymentScreen.clickBack(),
            Offline.setOfflineMode(),
            useOne(10),
            Dialog.is("No connection"),
            Dialog.confirm(),
            ProductScreen.totalAmountIs("220.00"),
            Offline.setOnlineMode(),
            Till.pay(),
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});

function refundFirst() {
    return [
        ProductScreen.clickRefund(),
        TicketScreen.selectOrder("001"),
        ProductScreen.clickNumpad("1"),
        TicketScreen.toRefundTextContains("To Refund: 1"),
        TicketScreen.confirmRefund(),
    ].flat();
}

/** Within the cooling-off time any cashier takes an unused course back, whole. */
registry.category("web_tour.tours").add("salon_till_course_withdrawn", {
    steps: () =>
        [
            Till.open("Clara Client"),
            ProductScreen.clickDisplayedProduct("10 Facials"),
            Till.pay(),
            Till.nextOrder(),
            refundFirst(),
            PaymentScreen.isShown(),
            { content: "the rule is told", trigger: ".o_notification:contains(is taken back whole)" },
            PaymentScreen.totalIs("-1,599.99"),
            PaymentScreen.clickPaymentMethod("Bank"),
            validate(),
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});

/** One that is used in part is a manager's: the cashier is told so before anything is paid out. */
registry.category("web_tour.tours").add("salon_till_course_used_in_part", {
    steps: () =>
        [
            Chrome.startPoS(),
            refundFirst(),
            Dialog.bodyIs("is used in part: a manager refunds"),
            Dialog.confirm(),
            Till.close(),
        ].flat(),
});

/** The manager pays back what the formula says, without reckoning. */
registry.category("web_tour.tours").add("salon_till_course_refunded", {
    steps: () =>
        [
            Chrome.startPoS(),
            refundFirst(),
            PaymentScreen.isShown(),
            PaymentScreen.totalIs("-1,439.99"),
            PaymentScreen.clickPaymentMethod("Bank"),
            validate(),
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});
