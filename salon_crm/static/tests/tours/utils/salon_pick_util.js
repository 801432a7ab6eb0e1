/** Steps that type `text` into a many2one field and choose what comes up; `scope` is a selector around the field. */
export function pick(field, text, scope = "") {
    return [
        {
            content: `type into ${field}`,
            trigger: `${scope} .o_field_widget[name='${field}'] input`,
            async run(helpers) {
                // An answer of the server that arrives meanwhile draws the line anew, and what was typed is gone.
                for (let tries = 0; tries < 5; tries++) {
                    await helpers.edit(text, `${scope} .o_field_widget[name='${field}'] input`);
                    for (let waits = 0; waits < 15; waits++) {
                        await new Promise((resolve) => setTimeout(resolve, 100));
                        const items = document.querySelectorAll(".o-autocomplete--dropdown-menu .dropdown-item");
                        if ([...items].some((item) => item.textContent.includes(text))) {
                            return;
                        }
                    }
                }
            },
        },
        {
            content: `choose ${text}`,
            trigger: `.o-autocomplete--dropdown-menu .dropdown-item:contains("${text}")`,
            run: "click",
        },
    ];
}
