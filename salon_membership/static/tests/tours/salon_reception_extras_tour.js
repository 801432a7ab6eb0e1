import { registry } from "@web/core/registry";

/** Reception registers a new client: names who brought them, lets them draw, gives them a coupon. */
registry.category("web_tour.tours").add("salon_reception_brings_and_draws", {
    steps: () => [
        { trigger: ".o_data_row:contains(Nora New) .o_data_cell[name='partner_id']", run: "click" },
        { trigger: ".nav-link[name='background']", run: "click" },
        { trigger: ".o_field_widget[name='referrer_id'] input", run: "edit Clara" },
        { trigger: ".o_field_widget[name='referrer_id'] .o-autocomplete--dropdown-item:contains(Clara Client)", run: "click" },
        { trigger: ".o_form_button_save", run: "click" },
        { content: "the referral is noted", trigger: ".o_field_widget[name='referral_state']:contains(Invited)" },
        { trigger: ".nav-link[name='referrals']", run: "click" },
        { content: "the chain is shown", trigger: ".salon-referral-tree:contains(Clara Client):contains(Nora New)" },
        { trigger: "button[name='action_salon_draw']", run: "click" },
        { content: "the odds come first", trigger: ".modal:contains(Thank you for coming):contains(100 %)" },
        { trigger: ".modal .o_field_widget[name='word'] input", run: "edit 8" },
        { trigger: ".modal button[name='action_draw']", run: "click" },
        { content: "what was won", trigger: ".modal .salon-draw-result:contains(Thank you for coming):contains(No prize this time)" },
        { trigger: ".modal footer button:contains(Close)", run: "click" },
        { trigger: "body:not(:has(.modal)) button[name='action_give_coupon']", run: "click" },
        { trigger: ".modal .o_field_widget[name='program_id'] input", run: "edit half" },
        { trigger: ".modal .o-autocomplete--dropdown-item:contains(New client half price)", run: "click" },
        { trigger: ".modal button[name='action_give']", run: "click" },
        { content: "the code of the coupon", trigger: ".modal .o_field_widget[name='code']:contains(044)" },
        { trigger: ".modal footer button:contains(Close)", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});

/** A manager decides on a referral that looks doubtful. */
registry.category("web_tour.tours").add("salon_manager_decides_referral", {
    steps: () => [
        { trigger: ".o_data_row:contains(Nora New):contains(same phone) .o_data_cell[name='file_id']", run: "click" },
        { trigger: "button[name='action_approve']", run: "click" },
        { trigger: ".o_statusbar_status .o_arrow_button_current:contains(Rewarded)" },
    ],
});

/** A member looks at their own page, copies the link and changes by which ways they hear of offers. */
registry.category("web_tour.tours").add("salon_member_looks", {
    steps: () => [
        { trigger: ".o_portal_index_card a[href='/my/membership']", run: "click", expectUnloadPage: true },
        { trigger: ".salon-member-page .salon-points:contains(150)" },
        { trigger: ".salon-copy", run: "click" },
        { content: "it says so", trigger: ".salon-copied:contains(Copied)" },
        { trigger: "#salon_marketing_email", run: "click" },
        { trigger: "#marketing button[type=submit]", run: "click", expectUnloadPage: true },
        { trigger: "#marketing .alert-success" },
        { trigger: "#salon_marketing_email:not(:checked)" },
    ],
});
