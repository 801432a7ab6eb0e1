import { registry } from "@web/core/registry";

const PHOTOS = ".o_salon_photos";

/** Have a file input of the screen get a photo of a phone: a JPEG that this browser draws. */
async function choose(input, name, colour) {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: 300, height: 400 });
    const pen = canvas.getContext("2d");
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 300, 400);
    pen.fillStyle = "white";
    pen.fillRect(100, 100, 100, 200);
    const content = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg"));
    const chosen = new DataTransfer();
    chosen.items.add(new File([content], name, { type: "image/jpeg" }));
    input.files = chosen.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
}

function take(moment, colour) {
    return {
        trigger: `${PHOTOS} .o_salon_photos_${moment} .o_salon_photos_take:not(.disabled):has(input[capture=environment])`,
        run: ({ anchor }) => choose(anchor.querySelector("input"), `${moment}.jpg`, colour),
    };
}

/** On a phone: before, after, one of them large, a note, and one that goes again. */
registry.category("web_tour.tours").add("salon_stylist_takes_photos", {
    steps: () => [
        take("before", "#7c4a2d"),
        { trigger: `${PHOTOS} .o_salon_photos_before .o_salon_photo img` },
        take("after", "#c98a4b"),
        { trigger: `${PHOTOS} .o_salon_photos_before .o_salon_photo img` },
        { trigger: `${PHOTOS} .o_salon_photos_after .o_salon_photo img` },
        {
            content: "a file that is none is refused in words",
            trigger: `${PHOTOS} .o_salon_photos_after .o_salon_photos_choose:not(.disabled)`,
            run({ anchor }) {
                const input = anchor.querySelector("input");
                const chosen = new DataTransfer();
                chosen.items.add(new File(["no picture"], "note.jpg", { type: "image/jpeg" }));
                input.files = chosen.files;
                input.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        { trigger: ".modal:contains(no photo that can be kept) .modal-footer .btn-primary", run: "click" },
        { trigger: `body:not(:has(.modal)) ${PHOTOS} .o_salon_photos_after .o_salon_photo`, run: "click" },
        { content: "it is large", trigger: ".o_salon_photo_dialog img.o_salon_photo_large" },
        { trigger: ".o_salon_photo_dialog .o_salon_photo_note", run: "edit Copper, even" },
        { trigger: ".o_salon_photo_dialog .o_salon_photo_save:enabled", run: "click" },
        { trigger: `body:not(:has(.modal)) ${PHOTOS} .o_salon_photos_after .o_salon_photo:contains(Copper)`, run: "click" },
        { trigger: ".o_salon_photo_dialog:contains(After · 2 / 2) .o_salon_photo_previous", run: "click" },
        { trigger: ".o_salon_photo_dialog:contains(Before · 1 / 2) img.o_salon_photo_large" },
        { trigger: ".o_salon_photo_dialog .o_salon_photo_remove", run: "click" },
        { trigger: ".modal:contains(be brought back) .modal-footer .btn-primary", run: "click" },
        { trigger: `body:not(:has(.modal)) ${PHOTOS} .o_salon_photos_before:not(:has(.o_salon_photo))` },
        { trigger: `${PHOTOS} .o_salon_photos_hide`, run: "click" },
        { content: "none is left on the screen", trigger: `${PHOTOS}:not(:has(.o_salon_photo)) .o_salon_photos_show:contains(1)` },
    ],
});

registry.category("web_tour.tours").add("salon_stylist_sees_photos", {
    steps: () => [
        { trigger: ".o_form_view .nav-link[name='photos']", run: "click" },
        { trigger: `${PHOTOS}:not(:has(.o_salon_photo)) .o_salon_photos_show`, run: "click" },
        { trigger: `${PHOTOS}:contains(Cut):not(:has(input[type=file])) .o_salon_photos_after .o_salon_photo:contains(Copper)`, run: "click" },
        { trigger: ".o_salon_photo_dialog img.o_salon_photo_large" },
        { trigger: ".o_salon_photo_dialog .o_salon_photo_close", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});

registry.category("web_tour.tours").add("salon_photos_need_consent", {
    steps: () => [
        { trigger: `${PHOTOS}:not(:has(input)):not(:has(.o_salon_photos_show)) .o_salon_photos_refusal:contains(has not agreed)` },
        { trigger: `${PHOTOS} .o_salon_photos_ask`, run: "click" },
        { trigger: ".modal .o_field_widget[name='form_ids']:contains(Test Photos)" },
        { trigger: ".modal .modal-header .btn-close, .modal .o_back_button, .modal .modal-header button", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});

registry.category("web_tour.tours").add("salon_manager_removes_photos", {
    steps: () => [
        { trigger: ".o_form_view .nav-link[name='photos']", run: "click" },
        { trigger: `${PHOTOS} .o_salon_photos_remove_all`, run: "click" },
        { trigger: ".modal:contains(Remove all photos) .modal-footer .btn-primary", run: "click" },
        { trigger: `body:not(:has(.modal)) ${PHOTOS}:not(:has(.o_salon_photos_remove_all)) .o_salon_photos_refusal` },
    ],
});

registry.category("web_tour.tours").add("salon_desk_sees_no_photos", {
    steps: () => [{ trigger: `.o_form_view:has(.o_field_widget[name='line_ids']):not(:has(${PHOTOS}))` }],
});
