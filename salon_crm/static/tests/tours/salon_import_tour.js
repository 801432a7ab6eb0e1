import { registry } from "@web/core/registry";

/** A manager finds where formulas of before are brought, and the template for them. */
registry.category("web_tour.tours").add("salon_manager_imports_formulas", {
    steps: () => [
        { trigger: ".o_menu_sections button[data-menu-xmlid='salon_crm.menu_salon_config']", run: "click" },
        { trigger: ".o-dropdown--menu .dropdown-item[data-menu-xmlid='salon_crm.menu_salon_formula_import']", run: "click" },
        { trigger: "a[href='/salon/import_template/salon.formula']" },
    ],
});
