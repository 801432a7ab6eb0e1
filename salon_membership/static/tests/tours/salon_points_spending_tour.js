import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as NumberPopup from "@point_of_sale/../tests/generic_helpers/number_popup_util";
import * as Offline from "@point_of_sale/../tests/generic_helpers/offline_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as TicketScreen from "@point_of_sale/../tests/pos/tours/utils/ticket_screen_util";
import * as Loyalty from "@pos_loyalty/../tests/tours/utils/pos_loyalty_util";
import * as Till from "@salon_crm/../tests/tours/utils/salon_till_util";
import { registry } from "@web/core/registry";

function usePoints(proposed, points) {
    return [
        {
            content: "points can be used",
            trigger: ".salon-use-points:enabled",
            run: "click",
        },
        proposed ? NumberPopup.isShown(proposed) : [],
        NumberPopup.enterValue(points),
        NumberPopup.isShown(points),
        Dialog.confirm(),
    ].flat();
}

function usesPoints(points) {
    return {
        content: `${points} points are used`,
        trigger: `.salon-points-used:contains(/^−${points}$/)`,
    };
}

function receiptShows(name, points) {
    return {
        content: `${name} ${points} on the receipt`,
        trigger: `.pos-receipt .salon-receipt-points-${name}:contains(/^${points}$/)`,
    };
}

function cannotUsePoints(reason) {
    return {
        content: `no points: ${reason}`,
        trigger: `.salon-use-points:disabled .salon-points-reason:contains(${reason})`,
    };
}

/** Points pay a part: asked of the server, taxes lessened, shown on the receipt; a part of it is refunded. */
registry.category("web_tour.tours").add("salon_till_points_pay", {
    steps: () =>
        [
            Till.open("Clara Client"),
            { content: "nothing to sell yet", trigger: ".salon-panel:not(:has(.salon-use-points))" },
            ProductScreen.clickDisplayedProduct("Cut"),
            ProductScreen.totalAmountIs("110.00"),
            usePoints("1000", "300"),
            usesPoints("300"),
            ProductScreen.totalAmountIs("80.00"),
            // What is sold on top changes nothing of what points pay; both taxes are lessened.
            ProductScreen.clickDisplayedProduct("Shampoo"),
            ProductScreen.totalAmountIs("170.00"),
            usesPoints("300"),
            // Taken out and put in again.
            ProductScreen.clickLine("Paid by Points"),
            ProductScreen.clickNumpad("⌫"),
            ProductScreen.totalAmountIs("200.00"),
            { content: "no points are used", trigger: ".salon-panel:not(:has(.salon-points-used))" },
            usePoints("1000", "500"),
            ProductScreen.totalAmountIs("150.00"),
            {
                content: "the preview leaves out what points pay",
                trigger: ".salon-points-preview:contains(/^\\+150$/)",
            },
            Till.pay(),
            receiptShows("change", "150"),
            receiptShows("spent", "500"),
            receiptShows("balance", "650"),
            Till.nextOrder(),
            ProductScreen.clickRefund(),
            TicketScreen.selectOrder("001"),
            ProductScreen.clickNumpad("1"),
            TicketScreen.toRefundTextContains("To Refund: 1"),
            TicketScreen.confirmRefund(),
            PaymentScreen.isShown(),
            PaymentScreen.totalIs("-82.49"),
            PaymentScreen.clickPaymentMethod("Bank"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.isShown(),
            receiptShows("given-back", "275"),
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});

/** Without a connection points can't be used, and everything else sells. */
registry.category("web_tour.tours").add("salon_till_points_offline", {
    steps: () =>
        [
            Till.open("Clara Client"),
            ProductScreen.clickDisplayedProduct("Shampoo"),
            { content: "the member is there", trigger: ".salon-use-points:enabled" },
            Offline.setOfflineMode(),
            usePoints("900", "100"),
            Dialog.is("No connection"),
            Dialog.confirm(),
            ProductScreen.totalAmountIs("90.00"),
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Bank"),
            PaymentScreen.clickValidate(),
            Dialog.confirm("Continue with limited functionality"),
            ReceiptScreen.isShown(),
            Offline.setOnlineMode(),
            {
                content: "the order arrives when the connection is there again",
                trigger: ".receipt-screen",
                async run() {
                    await window.posmodel.syncAllOrders({
                        orders: [window.posmodel.getOrder()],
                    });
                },
            },
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});

/** Odoo's rewards for the salon's points: claimed by the cashier alone, and paid with points that the server held. */
registry.category("web_tour.tours").add("salon_till_points_reward", {
    steps: () =>
        [
            Till.open("Clara Client"),
            ProductScreen.clickDisplayedProduct("Cut"),
            ProductScreen.totalAmountIs("110.00"),
            // What could be free is not taken for points by itself.
            ProductScreen.clickDisplayedProduct("Shampoo"),
            ProductScreen.totalAmountIs("200.00"),
            Loyalty.claimReward("Free Product"),
            ProductScreen.totalAmountIs("200.00"),
            usesPoints("400"),
            Loyalty.claimReward("on your order"),
            ProductScreen.totalAmountIs("190.00"),
            usesPoints("600"),
            usePoints("400", "100"),
            ProductScreen.totalAmountIs("180.00"),
            usesPoints("700"),
            Till.pay(),
            receiptShows("spent", "700"),
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});

/** Why no points can be used. */
registry.category("web_tour.tours").add("salon_till_points_reasons", {
    steps: () =>
        [
            Till.open("Greta Guest"),
            ProductScreen.clickDisplayedProduct("Cut"),
            { content: "no member", trigger: ".salon-panel:not(:has(.salon-use-points))" },
            Till.choose("Nora New"),
            cannotUsePoints("There are no points yet."),
            Till.choose("Clara Client"),
            usePoints("1000", "200"),
            usesPoints("200"),
            Till.choose("Nora New"),
            ProductScreen.totalAmountIs("110.00"),
            cannotUsePoints("There are no points yet."),
            Till.choose("Clara Client"),
            { content: "all points are there again", trigger: ".salon-use-points:enabled" },
            { content: "none are used", trigger: ".salon-panel:not(:has(.salon-points-used))" },
            Till.close(),
        ].flat(),
});

let preview = "";

/** Sell these products, and see that the receipt says by the server what the panel said by the till. */
function agrees(products, points) {
    return [
        Till.choose("Clara Client"),
        products.map((name) => ProductScreen.clickDisplayedProduct(name)),
        points ? usePoints("", points) : [],
        {
            content: "what the till says of it",
            trigger: points ? `.salon-points-used:contains(${points})` : ".salon-panel",
            run() {
                preview = document.querySelector(".salon-points-preview")?.textContent.trim() || "+0";
            },
        },
        Till.pay(),
        {
            content: "the server says the same",
            trigger: ".pos-receipt",
            run() {
                const change = document.querySelector(".pos-receipt .salon-receipt-points-change");
                const settled = `+${change?.textContent.trim() || 0}`;
                if (settled !== preview) {
                    throw new Error(`${products}: the till said ${preview}, the server ${settled}`);
                }
            },
        },
        Till.nextOrder(),
    ].flat(2);
}

registry.category("web_tour.tours").add("salon_till_points_preview", {
    steps: () =>
        [
            Till.open(),
            agrees(["Cut"]),
            agrees(["Shampoo", "Shampoo", "Shampoo"]),
            agrees(["Wax", "Comb"]),
            agrees(["Cut", "Wax", "Wax", "Shampoo", "Comb"]),
            agrees(["Cut", "Comb"], "333"),
            agrees(["Wax", "Shampoo", "Comb"], "77"),
            agrees(["Odd", "Odd", "Wax"], "1"),
            Till.close(),
        ].flat(),
});
