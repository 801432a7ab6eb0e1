import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as Offline from "@point_of_sale/../tests/generic_helpers/offline_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as TicketScreen from "@point_of_sale/../tests/pos/tours/utils/ticket_screen_util";
import * as Till from "@salon_crm/../tests/tours/utils/salon_till_util";
import { refresh } from "@point_of_sale/../tests/generic_helpers/utils";
import { registry } from "@web/core/registry";

function enter(platform, code, offer) {
    return [
        ProductScreen.clickControlButton("Group-buying Voucher"),
        { content: platform, trigger: `.modal .salon-deal-platform:contains(${platform})`, run: "click" },
        { content: "nothing to take yet", trigger: ".modal .salon-deal-confirm:disabled" },
        { content: "the code", trigger: ".modal .salon-deal-code", run: `edit ${code}` },
        { content: offer, trigger: `.modal .salon-deal-offer:contains(${offer})`, run: "click" },
        { content: "take it", trigger: ".modal .salon-deal-confirm:enabled", run: "click" },
    ].flat();
}

function isIn(platform, code) {
    return [
        { content: "the dialog is gone", trigger: "body:not(:has(.modal))" },
        {
            content: `${platform} ${code} pays`,
            trigger: `.orderline .salon-deal-line:contains(${platform}):contains(${code})`,
        },
    ];
}

function says(words) {
    return { content: words, trigger: `.modal .salon-deal-message:contains(${words})` };
}

function discard() {
    return [
        { content: "discard", trigger: ".modal .btn-secondary:contains(Discard)", run: "click" },
        { content: "the dialog is gone", trigger: "body:not(:has(.modal))" },
    ];
}

function validate() {
    return [PaymentScreen.clickValidate(), ReceiptScreen.receiptIsThere()].flat();
}

function scan(code) {
    return {
        content: `scan ${code}`,
        trigger: ".modal .salon-deal-code",
        run: () => odoo.__WOWL_DEBUG__.root.env.services.barcode_reader.scan(code),
    };
}

/** A bundle comes in at the price of its voucher and pays for itself; the client changes their mind on the way. */
registry.category("web_tour.tours").add("salon_till_deal", {
    steps: () =>
        [
            Till.open("Clara Client"),
            enter("Meituan", "1234 5678", "Cut and Facial"),
            isIn("Meituan", "12345678"),
            ProductScreen.totalAmountIs("133.33"),
            // The same one again is refused, and taken out it leaves with all its lines.
            enter("Meituan", "1234-5678", "Cut and Facial"),
            says("in this order already"),
            discard(),
            ProductScreen.clickNumpad("5"),
            Dialog.is("Paid by a voucher"),
            Dialog.confirm(),
            ProductScreen.totalAmountIs("133.33"),
            ProductScreen.clickNumpad("⌫"),
            { content: "nothing is left", trigger: ".product-screen:not(:has(.orderline))" },
            enter("Meituan", "12345678", "Cut and Facial"),
            isIn("Meituan", "12345678"),
            ProductScreen.clickDisplayedProduct("Shampoo"),
            ProductScreen.totalAmountIs("223.33"),
            // The browser is loaded anew meanwhile.
            refresh(),
            isIn("Meituan", "12345678"),
            ProductScreen.totalAmountIs("223.33"),
            ProductScreen.clickPayButton(),
            PaymentScreen.remainingIs("90.00"),
            PaymentScreen.clickPaymentMethod("Bank"),
            validate(),
            Till.nextOrder(),
            // Scanned at the payment, by the platform's own button.
            ProductScreen.clickControlButton("Group-buying Voucher"),
            { content: "Douyin", trigger: ".modal .salon-deal-platform:contains(Douyin)", run: "click" },
            { content: "its only offer", trigger: ".modal .salon-deal-offer.btn-primary:contains(Cut)" },
            scan("x-99"),
            isIn("Douyin", "X99"),
            ProductScreen.clickPayButton(),
            validate(),
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});

/** What the visit brought into the order is what the voucher pays: nothing comes in twice. */
registry.category("web_tour.tours").add("salon_till_deal_visit", {
    steps: () =>
        [
            Till.open("Clara Client"),
            Till.takeVisit("Cut"),
            ProductScreen.totalAmountIs("110.00"),
            enter("Douyin", "V1", "Cut"),
            isIn("Douyin", "V1"),
            ProductScreen.totalAmountIs("59.90"),
            // Taken out, the service stays at its own price.
            ProductScreen.clickNumpad("⌫"),
            ProductScreen.totalAmountIs("110.00"),
            enter("Douyin", "V1", "Cut"),
            isIn("Douyin", "V1"),
            ProductScreen.totalAmountIs("59.90"),
            ProductScreen.clickPayButton(),
            validate(),
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});

function sell(code) {
    return [
        enter("Meituan", code, "Cut and Facial"),
        isIn("Meituan", code),
        ProductScreen.clickPayButton(),
        validate(),
        Till.nextOrder(),
    ].flat();
}

function refund(number) {
    return [
        ProductScreen.clickRefund(),
        TicketScreen.selectOrder(number),
        ...["Cut", "Facial"].flatMap((name) => [
            { content: `choose ${name}`, trigger: `.ticket-screen .orderline:contains(${name})`, run: "click" },
            ProductScreen.clickNumpad("1"),
        ]),
        TicketScreen.confirmRefund(),
        PaymentScreen.isShown(),
        PaymentScreen.totalIs("-133.33"),
    ].flat();
}

/** A refund gives the voucher back to its platform by itself; paid back in money, it stays used. */
registry.category("web_tour.tours").add("salon_till_deal_refund", {
    steps: () =>
        [
            Till.open("Clara Client"),
            sell("A1"),
            refund("001"),
            validate(),
            Till.nextOrder(),
            Till.choose("Clara Client"),
            sell("A2"),
            refund("003"),
            PaymentScreen.clickPaymentlineDelButton("Meituan", "-133.33"),
            PaymentScreen.clickPaymentMethod("Bank"),
            validate(),
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});

/** A used code says so; without a connection no voucher is taken, and everything else sells. */
registry.category("web_tour.tours").add("salon_till_deal_refused", {
    steps: () =>
        [
            Till.open("Clara Client"),
            ProductScreen.clickDisplayedProduct("Cut"),
            Offline.setOfflineMode(),
            ProductScreen.clickControlButton("Group-buying Voucher"),
            Dialog.is("The voucher can't be taken"),
            Dialog.bodyIs("No connection: a voucher can be taken only with one"),
            Dialog.confirm(),
            Offline.setOnlineMode(),
            ProductScreen.clickControlButton("Group-buying Voucher"),
            { content: "Douyin", trigger: ".modal .salon-deal-platform:contains(Douyin)", run: "click" },
            Offline.setOfflineMode(),
            { content: "the code", trigger: ".modal .salon-deal-code", run: "edit Z1" },
            { content: "take it", trigger: ".modal .salon-deal-confirm:enabled", run: "click" },
            says("No connection"),
            Offline.setOnlineMode(),
            discard(),
            Till.pay(),
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});

const STATEMENT =
    "美团账单,,,\n券码,售价(元),技术服务费,核销时间\n1001,133.33,8.00,2026-11-01 10:00\n1002,120.00,7.20,2026-11-02 11:00\n1003,133.33,8.00,2026-11-02 12:00\n";

/** The accountant reads a platform's statement, sees what differs, confirms it, and has an entry proposed. */
registry.category("web_tour.tours").add("salon_deal_statement", {
    steps: () => [
        { content: "reports", trigger: ".o_menu_sections button:contains(Reporting), .o_menu_sections button:contains(Report)", run: "click" },
        { content: "statements", trigger: ".dropdown-item:contains(Salon Statements of Platforms)", run: "click" },
        { content: "read one", trigger: "button:contains(Read a Statement)", run: "click" },
        { content: "the platform", trigger: ".modal [name=platform_id] input", run: "edit Meit" },
        { content: "Meituan", trigger: ".ui-menu-item a:contains(Meituan)", run: "click" },
        {
            content: "the file",
            trigger: ".modal [name=file] input[type=file]:not(:visible)",
            run: async ({ anchor }) => {
                const files = new DataTransfer();
                files.items.add(new File([STATEMENT], "2026-11.csv", { type: "text/csv" }));
                anchor.files = files.files;
                anchor.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        { content: "its columns", trigger: ".modal [name=column_ids] .o_data_row:contains(券码):contains(1001):contains(Code of the voucher)" },
        { content: "the fee's", trigger: ".modal [name=column_ids] .o_data_row:contains(技术服务费):contains(Fee)" },
        { content: "read", trigger: ".modal button[name=action_read]", run: "click" },
        { content: "what differs", trigger: "[name=issue_line_ids] .o_data_row:contains(1002):contains(Another amount)" },
        { content: "what is unknown", trigger: "[name=issue_line_ids] .o_data_row:contains(1003):contains(Not redeemed here)" },
        { content: "confirm", trigger: "button[name=action_confirm]", run: "click" },
        { content: "yes", trigger: ".modal .btn-primary", run: "click" },
        { content: "propose", trigger: "button[name=action_propose_entry]", run: "click" },
        { content: "a draft", trigger: ".o_statusbar_status .o_arrow_button_current:contains(Draft)" },
        { content: "of what is settled", trigger: ".o_form_view:contains(386.66)" },
    ],
});
