import { registry } from "@web/core/registry";

const WIDGET = ".o_salon_health";

/** A stylist writes down what the client told, hides it, shows it again and changes it. */
registry.category("web_tour.tours").add("salon_stylist_notes_health", {
    steps: () => [
        { trigger: ".o_form_view .nav-link[name='health']", run: "click" },
        {
            content: "nothing is there before somebody says what for",
            trigger: `${WIDGET}:not(:has(.o_salon_health_note)):not(:has(.o_salon_health_add))`,
        },
        { trigger: `${WIDGET} .o_salon_health_purpose`, run: "select consultation" },
        { trigger: `${WIDGET} .o_salon_health_show`, run: "click" },
        { trigger: `${WIDGET} .o_salon_health_add`, run: "click" },
        { trigger: `${WIDGET} .o_salon_health_kind`, run: "select scalp" },
        { trigger: `${WIDGET} .o_salon_health_condition`, run: "select psoriasis" },
        { trigger: `${WIDGET} .o_salon_health_text`, run: "edit Behind the ears" },
        { trigger: `${WIDGET} .o_salon_health_save`, run: "click" },
        { trigger: `${WIDGET} .o_salon_health_note:contains(Scalp · Psoriasis):contains(Behind the ears)` },
        { trigger: `${WIDGET} .o_salon_health_hide`, run: "click" },
        { trigger: `${WIDGET}:not(:contains(Behind the ears)) .o_salon_health_show`, run: "click" },
        { trigger: `${WIDGET} .o_salon_health_note:contains(Behind) .o_salon_health_edit`, run: "click" },
        { trigger: `${WIDGET} .o_salon_health_text`, run: "edit Behind the ears and on the neck" },
        { trigger: `${WIDGET} .o_salon_health_save`, run: "click" },
        { trigger: `${WIDGET} .o_salon_health_note:contains(on the neck)` },
    ],
});

/** The front desk has the file, and no page of health. */
registry.category("web_tour.tours").add("salon_desk_sees_no_health", {
    steps: () => [
        { trigger: ".o_form_view:has(.o_field_widget[name='alert']):not(:has(.nav-link[name='health']))" },
    ],
});
