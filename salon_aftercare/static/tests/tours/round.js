import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";

const shown = (name) => `.o_salon_round_client:contains('${name}')`;

registry.category("web_tour.tours").add("salon_aftercare_round", {
    steps: () => [
        {
            content: "who waits longest comes first, with what was done and what to ask",
            trigger: `.o_salon_round:has(${shown("Clara Client")}):contains('How do you feel with the result'):contains('Cut')`,
            run: "press r",
        },
        { trigger: "button[name='reached_yes'].btn-primary", run: "press 5" },
        { trigger: "button[name='rating_5'].btn-primary", run: "press t" },
        { trigger: "textarea:focus", run: "edit Wants the same again" },
        { content: "a key in the text is a letter", trigger: "textarea", run: "press Escape" },
        { trigger: "body:not(:has(textarea:focus)) .o_salon_round", run: "press Enter" },
        {
            content: "the next one follows by itself",
            trigger: `.o_salon_round:has(${shown("Dora Client")}) .o_salon_round_progress:contains('1 of 2')`,
            run: "press s",
        },
        { trigger: "#o_salon_round_why:focus", run: "edit Was here again yesterday" },
        { trigger: "#o_salon_round_why", run: "press Enter" },
        { trigger: `.o_salon_round:has(${shown("Frida Client")})`, run: "press Enter" },
        { content: "nothing is closed without a result", trigger: ".o_notification:contains('reached')" },
        { trigger: shown("Frida Client"), run: "press n" },
        { trigger: "button[name='reached_no'].btn-primary", run: "press a" },
        { trigger: "#o_salon_round_day:focus" },
        { trigger: "button[name='next_call_again'].btn-primary" },
        { trigger: "button[name='done']", run: "click" },
        { content: "nobody is left", trigger: ".o_salon_round_over:contains('3')" },
    ],
});

registry.category("web_tour.tours").add("salon_aftercare_round_phone", {
    steps: () => [
        { trigger: `.o_salon_round ${shown("Clara Client")}` },
        { content: "the number can be tapped", trigger: ".o_salon_round a[href^='tel:']" },
        { trigger: "button[name='reached_yes']", run: "click" },
        { trigger: "button[name='rating_4']", run: "click" },
        { trigger: "button[name='next_book']", run: "click" },
        { trigger: "button[name='done']", run: "click" },
        {
            content: "the next visit is booked at once",
            trigger: ".o_form_view .o_field_widget[name='salon_client_id'] :value(Clara Client)",
        },
    ],
});

registry.category("web_tour.tours").add("salon_aftercare_round_copy", {
    steps: () => [
        {
            content: "without https there is no clipboard",
            trigger: ".o_salon_round_script button:contains('Copy')",
            async run({ click }) {
                Object.defineProperty(browser.navigator, "clipboard", { value: undefined, configurable: true });
                await click();
            },
        },
        {
            trigger: ".o_notification:contains('copied'), .o_notification:contains('selected')",
            run: () => {
                if (!document.getSelection().toString().startsWith("Hello Clara")) {
                    throw new Error("The text is neither copied nor selected.");
                }
            },
        },
    ],
});

const calls = 5;

registry.category("web_tour.tours").add("salon_aftercare_round_keys", {
    steps: () => [
        ...[...Array(calls).keys()].flatMap((done) => [
            {
                content: "three keys a call, and the next client stands there",
                trigger: `.o_salon_round:has(${shown(`Client ${done}`)}) .o_salon_round_progress:contains("1 of ${calls - done}")`,
                run: "press r",
            },
            { trigger: "button[name='reached_yes'].btn-primary", run: "press 4" },
            { trigger: "button[name='rating_4'].btn-primary", run: "press Enter" },
        ]),
        { trigger: `.o_salon_round_over:contains('${calls}')` },
    ],
});
