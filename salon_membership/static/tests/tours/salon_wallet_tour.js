import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as NumberPopup from "@point_of_sale/../tests/generic_helpers/number_popup_util";
import * as Offline from "@point_of_sale/../tests/generic_helpers/offline_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as TicketScreen from "@point_of_sale/../tests/pos/tours/utils/ticket_screen_util";
import * as Till from "@salon_crm/../tests/tours/utils/salon_till_util";
import { registry } from "@web/core/registry";

function cardHas(principal, bonus) {
    return [
        { content: `${principal} principal`, trigger: `.salon-wallet .salon-wallet-principal:contains("${principal}")` },
        { content: `${bonus} bonus`, trigger: `.salon-wallet .salon-wallet-bonus:contains("${bonus}")` },
    ];
}

function payByValue(principal, bonus) {
    return [PaymentScreen.clickPaymentMethod("Stored Value"), paysByValue(principal, bonus)].flat();
}

function paysByValue(principal, bonus) {
    return [
        PaymentScreen.selectedPaymentlineHas("Stored Value", principal),
        { content: "its bonus", trigger: `.salon-wallet-parts .salon-wallet-bonus:contains("${bonus}")` },
    ].flat();
}

function left(amount) {
    return { content: `${amount} left`, trigger: `.salon-wallet-parts .salon-wallet-left:contains("${amount}")` };
}

function receiptShows(name, amount) {
    return {
        content: `${name} ${amount} on the receipt`,
        trigger: `.pos-receipt .salon-receipt-wallet-${name}:contains("${amount}")`,
    };
}

function validate() {
    return [PaymentScreen.clickValidate(), ReceiptScreen.receiptIsThere()].flat();
}

function typePin(pin) {
    return [
        { content: "type the PIN", trigger: ".modal input.salon-pin", run: `edit ${pin}` },
        { content: "confirm it", trigger: ".modal .salon-pin-confirm:enabled", run: "click" },
    ];
}

/** Top-ups: a proposed amount with its bonus, and any other; never paid by stored value itself. */
registry.category("web_tour.tours").add("salon_till_wallet_topup", {
    steps: () =>
        [
            Till.open("Clara Client"),
            { content: "no card yet", trigger: ".salon-wallet:contains(Top Up)", run: "click" },
            { content: "a bonus begins here", trigger: ".modal .salon-topup-step:contains(100.00):contains(10.00)", run: "click" },
            { content: "with its bonus", trigger: ".modal .salon-topup-bonus:contains(10.00)" },
            { content: "into the order", trigger: ".modal .salon-topup-confirm:enabled", run: "click" },
            ProductScreen.totalAmountIs("100.00"),
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Stored Value"),
            Dialog.bodyIs("does not pay for prepaid money"),
            Dialog.confirm(),
            PaymentScreen.clickPaymentMethod("Customer Account"),
            Dialog.is("A top-up is paid at once"),
            Dialog.confirm(),
            { content: "nothing is owed", trigger: ".payment-screen:not(:has(.paymentline))" },
            PaymentScreen.clickPaymentMethod("Bank"),
            validate(),
            receiptShows("topup", "100.00"),
            receiptShows("given", "10.00"),
            receiptShows("left", "110.00"),
            { content: "its contract", trigger: ".salon-print-contract:contains(Print Contract)", run: "click" },
            { content: "printed", trigger: ".salon-print-contract .fa-file-text-o" },
            Till.nextOrder(),
            Till.choose("Clara Client"),
            cardHas("100.00", "10.00"),
            ProductScreen.clickControlButton("Top Up"),
            { content: "what is there", trigger: ".modal .salon-topup-balance:contains(100.00):contains(10.00)" },
            NumberPopup.enterValue("50"),
            { content: "no bonus for so little", trigger: ".modal .salon-topup-bonus:contains(without a bonus)" },
            { content: "into the order", trigger: ".modal .salon-topup-confirm:enabled", run: "click" },
            ProductScreen.totalAmountIs("50.00"),
            Till.pay(),
            receiptShows("topup", "50.00"),
            receiptShows("left", "160.00"),
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});


/** Payment in one tap, a part of it, change of mind, and an order that changes afterwards. */
registry.category("web_tour.tours").add("salon_till_wallet_pays", {
    steps: () =>
        [
            Till.open("Clara Client"),
            cardHas("200.00", "20.00"),
            ProductScreen.clickDisplayedProduct("Cut"),
            ProductScreen.totalAmountIs("110.00"),
            ProductScreen.clickPayButton(),
            payByValue("100.00", "10.00"),
            left("110.00"),
            PaymentScreen.totalIs("100.00"),
            // A part of it alone.
            { content: "less", trigger: ".salon-wallet-change", run: "click" },
            NumberPopup.isShown("110"),
            NumberPopup.enterValue("55"),
            Dialog.confirm(),
            paysByValue("50.00", "5.00"),
            left("165.00"),
            PaymentScreen.remainingIs("55.00"),
            // The client changes their mind.
            PaymentScreen.clickPaymentlineDelButton("Stored Value", "50.00"),
            PaymentScreen.emptyPaymentlines("110.00"),
            payByValue("100.00", "10.00"),
            // What is sold on top has to be asked for again.
            PaymentScreen.clickBack(),
            ProductScreen.isShown(),
            ProductScreen.totalAmountIs("100.00"),
            ProductScreen.clickDisplayedProduct("Shampoo"),
            ProductScreen.totalAmountIs("200.00"),
            { content: "no bonus left", trigger: ".order-summary, .order-container:not(:contains(Bonus Used))" },
            ProductScreen.clickPayButton(),
            PaymentScreen.emptyPaymentlines("200.00"),
            PaymentScreen.clickPaymentMethod("Bank"),
            PaymentScreen.enterPaymentLineAmount("Bank", "90"),
            PaymentScreen.remainingIs("110.00"),
            payByValue("100.00", "10.00"),
            validate(),
            receiptShows("principal", "100.00"),
            receiptShows("bonus", "10.00"),
            receiptShows("left", "110.00"),
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});

/** Whatever method comes first at a till: an amount that is typed without one is money. */
registry.category("web_tour.tours").add("salon_till_wallet_first", {
    steps: () =>
        [
            Till.open("Clara Client"),
            cardHas("200.00", "20.00"),
            ProductScreen.clickDisplayedProduct("Cut"),
            ProductScreen.clickPayButton(),
            { content: "it is the first", trigger: ".paymentmethod:first-child:contains(Stored Value)" },
            PaymentScreen.emptyPaymentlines("110.00"),
            PaymentScreen.clickNumpad("1 2 0"),
            PaymentScreen.selectedPaymentlineHas("Cash", "120.00"),
            PaymentScreen.changeIs("10.00"),
            validate(),
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});

/** What was held for one client is nobody else's: it leaves the order with them. */
registry.category("web_tour.tours").add("salon_till_wallet_changes", {
    steps: () =>
        [
            Till.open("Clara Client"),
            ProductScreen.clickDisplayedProduct("Cut"),
            ProductScreen.clickPayButton(),
            payByValue("100.00", "10.00"),
            PaymentScreen.clickPartnerButton(),
            PaymentScreen.clickCustomer("Greta Guest"),
            PaymentScreen.emptyPaymentlines("110.00"),
            PaymentScreen.clickPaymentMethod("Stored Value"),
            Dialog.bodyIs("no stored value"),
            Dialog.confirm(),
            PaymentScreen.clickPartnerButton(),
            PaymentScreen.clickCustomer("Clara Client"),
            payByValue("100.00", "10.00"),
            validate(),
            receiptShows("left", "110.00"),
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});

/** A PIN: set at its first use, then asked for. */
registry.category("web_tour.tours").add("salon_till_wallet_pin", {
    steps: () =>
        [
            Till.open("Clara Client"),
            ProductScreen.clickDisplayedProduct("Cut"),
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Stored Value"),
            { content: "a new one", trigger: ".modal .salon-pin-label:contains(New PIN)" },
            typePin("1234"),
            { content: "twice", trigger: ".modal .salon-pin-label:contains(Once more)" },
            typePin("1235"),
            { content: "two different ones", trigger: ".modal .salon-pin-message:contains(two different)" },
            typePin("1234"),
            { content: "twice", trigger: ".modal .salon-pin-label:contains(Once more)" },
            typePin("1234"),
            paysByValue("100.00", "10.00"),
            PaymentScreen.clickPaymentlineDelButton("Stored Value", "100.00"),
            PaymentScreen.emptyPaymentlines("110.00"),
            PaymentScreen.clickPaymentMethod("Stored Value"),
            { content: "asked for", trigger: ".modal .salon-pin-message:contains(type their PIN)" },
            typePin("9999"),
            { content: "wrong", trigger: ".modal .salon-pin-message:contains(PIN is wrong)" },
            typePin("1234"),
            paysByValue("100.00", "10.00"),
            validate(),
            receiptShows("left", "110.00"),
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});

/** Not enough: what is there is offered, and the rest is paid otherwise. */
registry.category("web_tour.tours").add("salon_till_wallet_short", {
    steps: () =>
        [
            Till.open("Clara Client"),
            cardHas("40.00", "4.00"),
            ProductScreen.clickDisplayedProduct("Cut"),
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Stored Value"),
            Dialog.bodyIs("Clara Client can use"),
            Dialog.confirm("44.00"),
            paysByValue("40.00", "4.00"),
            left("0.00"),
            PaymentScreen.clickPaymentMethod("Bank"),
            PaymentScreen.selectedPaymentlineHas("Bank", "66.00"),
            validate(),
            receiptShows("left", "0.00"),
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});

/** A refund brings the bonus by itself and goes back onto the card; the closing screen has nothing to count of it. */
registry.category("web_tour.tours").add("salon_till_wallet_refund", {
    steps: () =>
        [
            Till.open("Clara Client"),
            ProductScreen.clickDisplayedProduct("Cut"),
            ProductScreen.clickDisplayedProduct("Shampoo"),
            ProductScreen.totalAmountIs("200.00"),
            ProductScreen.clickPayButton(),
            payByValue("181.82", "18.18"),
            validate(),
            receiptShows("left", "20.00"),
            Till.nextOrder(),
            ProductScreen.clickRefund(),
            TicketScreen.selectOrder("001"),
            ProductScreen.clickNumpad("1"),
            TicketScreen.toRefundTextContains("To Refund: 1"),
            TicketScreen.confirmRefund(),
            PaymentScreen.isShown(),
            PaymentScreen.totalIs("-100.00"),
            PaymentScreen.selectedPaymentlineHas("Stored Value", "-100.00"),
            { content: "onto the card", trigger: ".salon-wallet-parts:contains(back onto the card)" },
            { content: "and its bonus", trigger: ".salon-wallet-parts .salon-wallet-bonus-back:contains(10.00)" },
            validate(),
            receiptShows("principal-back", "100.00"),
            receiptShows("bonus-back", "10.00"),
            receiptShows("left", "130.00"),
            Till.nextOrder(),
            Chrome.clickMenuOption("Close Register"),
            { content: "it is shown", trigger: ".modal .close-pos-popup .payment-methods-overview:contains(Stored Value)" },
            {
                content: "nothing to count",
                trigger: ".modal .close-pos-popup:not(:contains(Stored Value Count)):contains(Bank)",
            },
            Dialog.discard(),
            Till.close(),
        ].flat(),
});

/** A top-up is paid back as money: principal alone, and what is used already is not there. */
registry.category("web_tour.tours").add("salon_till_wallet_payout", {
    steps: () =>
        [
            Till.open("Clara Client"),
            { trigger: ".salon-wallet", run: "click" },
            NumberPopup.enterValue("100"),
            { trigger: ".modal .salon-topup-bonus:contains(10.00)" },
            { trigger: ".modal .salon-topup-confirm:enabled", run: "click" },
            Till.pay(),
            receiptShows("left", "110.00"),
            Till.nextOrder(),
            Till.choose("Clara Client"),
            { trigger: ".salon-wallet", run: "click" },
            NumberPopup.enterValue("50"),
            { trigger: ".modal .salon-topup-bonus:contains(without)" },
            { trigger: ".modal .salon-topup-confirm:enabled", run: "click" },
            Till.pay(),
            receiptShows("left", "160.00"),
            Till.nextOrder(),
            Till.choose("Clara Client"),
            ProductScreen.clickDisplayedProduct("Cut"),
            ProductScreen.clickPayButton(),
            payByValue("100.00", "10.00"),
            validate(),
            receiptShows("left", "50.00"),
            Till.nextOrder(),
            // The second one is there whole, and goes out as money.
            ProductScreen.clickRefund(),
            TicketScreen.selectOrder("002"),
            ProductScreen.clickNumpad("1"),
            TicketScreen.toRefundTextContains("To Refund: 1"),
            TicketScreen.confirmRefund(),
            PaymentScreen.isShown(),
            PaymentScreen.totalIs("-50.00"),
            PaymentScreen.clickPaymentMethod("Stored Value"),
            Dialog.bodyIs("goes out as money"),
            Dialog.confirm(),
            PaymentScreen.clickPaymentMethod("Bank"),
            validate(),
            receiptShows("payout", "50.00"),
            receiptShows("left", "0.00"),
            Till.nextOrder(),
            // The first one is used.
            ProductScreen.clickRefund(),
            TicketScreen.selectOrder("001"),
            ProductScreen.clickNumpad("1"),
            TicketScreen.toRefundTextContains("To Refund: 1"),
            TicketScreen.confirmRefund(),
            Dialog.bodyIs("Nothing is left of this"),
            Dialog.confirm(),
            Till.close(),
        ].flat(),
});

/** Without a connection stored value is refused by a sentence, and everything else sells. */
registry.category("web_tour.tours").add("salon_till_wallet_offline", {
    steps: () =>
        [
            Till.open("Clara Client"),
            cardHas("200.00", "20.00"),
            ProductScreen.clickDisplayedProduct("Cut"),
            ProductScreen.clickPayButton(),
            Offline.setOfflineMode(),
            PaymentScreen.clickPaymentMethod("Stored Value"),
            Dialog.is("No connection"),
            Dialog.bodyIs("only with a connection"),
            Dialog.confirm(),
            PaymentScreen.emptyPaymentlines("110.00"),
            PaymentScreen.clickPaymentMethod("Bank"),
            PaymentScreen.clickValidate(),
            Dialog.confirm("Continue with limited functionality"),
            ReceiptScreen.isShown(),
            Offline.setOnlineMode(),
            {
                content: "the order arrives when the connection is there again",
                trigger: ".receipt-screen",
                async run() {
                    await window.posmodel.syncAllOrders({ orders: [window.posmodel.getOrder()] });
                },
            },
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});

/** A blocked card: told at a glance, refused by the server's sentence. */
registry.category("web_tour.tours").add("salon_till_wallet_blocked", {
    steps: () =>
        [
            Till.open("Clara Client"),
            { content: "told", trigger: ".salon-wallet.text-bg-danger:contains(Blocked)" },
            ProductScreen.clickDisplayedProduct("Cut"),
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Stored Value"),
            Dialog.bodyIs("is blocked"),
            Dialog.confirm(),
            PaymentScreen.emptyPaymentlines("110.00"),
            PaymentScreen.clickPaymentMethod("Bank"),
            validate(),
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});

/** An order whose browser was loaded anew is paid as if nothing had been. */
registry.category("web_tour.tours").add("salon_till_wallet_reload", {
    steps: () =>
        [
            Till.open("Clara Client"),
            ProductScreen.clickDisplayedProduct("Cut"),
            ProductScreen.clickPayButton(),
            payByValue("100.00", "10.00"),
            {
                content: "the browser is loaded anew",
                trigger: ".payment-screen",
                async run() {
                    await new Promise((resolve) => setTimeout(resolve, 1000)); // it has been stored
                    window.location.reload();
                },
                expectUnloadPage: true,
            },
            PaymentScreen.isShown(),
            PaymentScreen.clickPaymentline("Stored Value", "100.00"),
            PaymentScreen.totalIs("100.00"),
            validate(),
            receiptShows("left", "110.00"),
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});

/** After the cooling-off time a manager refunds a top-up: the cashier is told before anything is paid out. */
registry.category("web_tour.tours").add("salon_till_cooling_off", {
    steps: () =>
        [
            Chrome.startPoS(),
            ProductScreen.clickRefund(),
            TicketScreen.selectOrder("001"),
            ProductScreen.clickNumpad("1"),
            TicketScreen.toRefundTextContains("To Refund: 1"),
            TicketScreen.confirmRefund(),
            Dialog.bodyIs("no cooling-off time: a manager refunds"),
            Dialog.confirm(),
            Till.close(),
        ].flat(),
});

/** A manager takes a used top-up back for what is left of it. */
registry.category("web_tour.tours").add("salon_till_take_back_left", {
    steps: () =>
        [
            Chrome.startPoS(),
            ProductScreen.clickRefund(),
            TicketScreen.selectOrder("001"),
            ProductScreen.clickNumpad("1"),
            TicketScreen.toRefundTextContains("To Refund: 1"),
            TicketScreen.confirmRefund(),
            PaymentScreen.isShown(),
            { content: "the rule is told", trigger: ".o_notification:contains(is left: no more is paid back)" },
            PaymentScreen.totalIs("-50.00"),
            PaymentScreen.clickPaymentMethod("Bank"),
            validate(),
            receiptShows("payout", "50.00"),
            receiptShows("left", "50.00"),
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});

/** The code that the client has got by SMS: the one who runs this may read what is queued. */
async function typeCode() {
    const [sms] = await window.posmodel.data.orm.searchRead("sms.sms", [], ["body"], {
        order: "id desc",
        limit: 1,
    });
    const input = document.querySelector(".modal input.salon-pin");
    input.value = sms.body.match(/\d{6}/)[0];
    input.dispatchEvent(new Event("input", { bubbles: true }));
}

/** A code by SMS in place of the PIN: wrong once, then right; it is good for this payment alone. */
registry.category("web_tour.tours").add("salon_till_wallet_code", {
    steps: () =>
        [
            Till.open("Clara Client"),
            ProductScreen.clickDisplayedProduct("Cut"),
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Stored Value"),
            Dialog.bodyIs("A code by SMS is needed"),
            Dialog.confirm("Send Code"),
            { content: "where it went", trigger: ".modal .salon-pin-message:contains(number ending in 0777)" },
            { content: "letters are none", trigger: ".modal input.salon-pin", run: "edit abc12" },
            { content: "six digits", trigger: ".modal .salon-pin-confirm:disabled" },
            typePin("000000"),
            { content: "wrong", trigger: ".modal .salon-pin-message:contains(2 more tries)" },
            { content: "type the code", trigger: ".modal input.salon-pin", run: typeCode },
            { content: "confirm it", trigger: ".modal .salon-pin-confirm:enabled", run: "click" },
            paysByValue("100.00", "10.00"),
            validate(),
            receiptShows("left", "110.00"),
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});
