import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { RecordSelector } from "@web/core/record_selectors/record_selector";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const ZONES = [
    ["roots", _t("Roots")],
    ["lengths", _t("Lengths")],
    ["ends", _t("Ends")],
    ["whole", _t("Whole hair")],
    ["strands", _t("Strands")],
    ["hairline", _t("Hairline")],
    ["brows", _t("Brows and lashes")],
    ["other", _t("Elsewhere")],
];
const HEATS = [
    ["none", _t("No heat")],
    ["warm", _t("Heat")],
    ["steam", _t("Steam")],
];
const UNITS = [
    ["vol", _t("vol")],
    ["percent", "%"],
];
const STEP = 5; // grams, or minutes

let newRows = 0;

/** What is typed with wet hands: "32,5" is a number too, and nothing is below zero. */
function number(text) {
    const value = parseFloat(String(text).replace(",", "."));
    return Number.isFinite(value) ? Math.max(value, 0) : 0;
}

function rounded(grams) {
    return Math.round(grams * 10) / 10;
}

/** A weight or a time: more and less of it by a tap, or typed. */
class Amount extends Component {
    static template = "salon_crm.FormulaPad.Amount";
    static props = { value: Number, update: Function, readonly: Boolean, unit: { type: String, optional: true } };

    setup() {
        this.grams = _t("g");
    }

    step(direction) {
        this.props.update(rounded(Math.max(this.props.value + direction * STEP, 0)));
    }

    type(event) {
        const value = rounded(number(event.target.value));
        event.target.value = value;
        this.props.update(value);
    }
}

/**
 * The bowls of one service, for a stylist with gloves on: as last time, more or less of it, done. It is kept by the
 * button, and also when the page is left.
 */
export class FormulaPad extends Component {
    static template = "salon_crm.FormulaPad";
    static components = { Amount, RecordSelector };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.names = useService("name");
        this.zones = ZONES;
        this.heats = HEATS;
        this.units = UNITS;
        this.minutesUnit = _t("min");
        this.productDomain = [["type", "=", "consu"]];
        this.state = useState({ pad: null, bowls: [], note: "", open: null, older: false, busy: false, changed: false });
        onWillStart(() => this.load());
        useSetupAction({ beforeLeave: () => this.save() });
        this.warn = (event) => this.state.changed && event.preventDefault();
        window.addEventListener("beforeunload", this.warn);
        onWillUnmount(() => window.removeEventListener("beforeunload", this.warn));
    }

    get lineId() {
        return this.props.action.params?.line_id;
    }

    get isLocked() {
        return this.state.pad.locked;
    }

    async load() {
        if (this.lineId) {
            this.show(await this.orm.call("salon.visit.line", "formula_pad", [[this.lineId]]));
        } else {
            // The page was loaded anew: it does not know any more of which service it was.
            this.action.doAction("salon_crm.salon_visit_action", { clearBreadcrumbs: true });
        }
    }

    show(pad) {
        Object.assign(this.state, { pad, note: pad.note, bowls: pad.bowls, open: null, older: false, changed: false });
        this.state.bowls.forEach((bowl) => {
            bowl.key = `bowl_${bowl.id}`;
            bowl.components.forEach((component) => (component.key = `component_${component.id}`));
        });
    }

    /** One call at a time: a second tap does nothing. */
    async during(work) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        try {
            await work();
        } finally {
            this.state.busy = false;
        }
    }

    // As last time -------------------------------------------------------------------------------------------

    copy(formula) {
        return this.during(async () => {
            const args = [[this.lineId], formula.id];
            this.show(await this.orm.call("salon.visit.line", "formula_copy", args));
        });
    }

    showOlder() {
        this.state.older = !this.state.older;
    }

    // Bowls --------------------------------------------------------------------------------------------------

    change() {
        this.state.changed = true;
    }

    addBowl() {
        const last = this.state.bowls.at(-1);
        const bowl = {
            key: `new_${newRows++}`,
            zone: this.state.bowls.length ? "lengths" : "roots",
            developer_id: last?.developer_id || false,
            developer_lot_id: false,
            developer_strength: last?.developer_strength || 20,
            strength_unit: last?.strength_unit || "vol",
            ratio: last?.ratio ?? 1,
            developer_grams: 0,
            minutes: last?.minutes || 35,
            heat: "none",
            components: [],
        };
        this.state.bowls.push(bowl);
        this.addComponent(this.state.bowls.at(-1));
    }

    removeBowl(bowl) {
        this.state.bowls.splice(this.state.bowls.indexOf(bowl), 1);
        this.change();
    }

    addComponent(bowl) {
        const component = {
            key: `new_${newRows++}`,
            product_id: false,
            lot_id: false,
            shade: "",
            target_grams: 30,
            actual_grams: 30,
        };
        bowl.components.push(component);
        this.state.open = component.key;
        this.followRatio(bowl);
    }

    removeComponent(bowl, component) {
        bowl.components.splice(bowl.components.indexOf(component), 1);
        this.followRatio(bowl);
    }

    toggle(row) {
        this.state.open = this.state.open === row.key ? null : row.key;
    }

    name(component) {
        return component.shade || component.product_id?.[1] || _t("Shade or product");
    }

    set(row, name, value) {
        row[name] = value;
        this.change();
    }

    setNumber(row, name, value) {
        this.set(row, name, number(value));
    }

    setMinutes(bowl, minutes) {
        this.set(bowl, "minutes", Math.min(Math.round(minutes), 600));
    }

    setGrams(bowl, component, grams) {
        const planned = component.id ? component.target_grams : grams;
        Object.assign(component, { actual_grams: grams, target_grams: planned });
        this.followRatio(bowl);
    }

    setRatio(bowl, value) {
        bowl.ratio = number(value);
        this.followRatio(bowl);
    }

    /** The developer follows what is in the bowl; who weighs it otherwise says so afterwards. */
    followRatio(bowl) {
        const weight = bowl.components.reduce((sum, one) => sum + one.actual_grams, 0);
        this.set(bowl, "developer_grams", rounded(weight * bowl.ratio));
    }

    async setProduct(row, name, productId) {
        row[name === "developer_id" ? "developer_lot_id" : "lot_id"] = false;
        const names = productId ? await this.names.loadDisplayNames("product.product", [productId]) : {};
        this.set(row, name, productId ? [productId, names[productId]] : false);
    }

    setLot(row, name, lotId) {
        this.set(row, name, lotId ? [lotId, ""] : false);
    }

    lotDomain(product) {
        return [["product_id", "=", product[0]]];
    }

    planned(grams) {
        return _t("planned %s g", grams);
    }

    inAll(bowl) {
        return _t("%s g in all", rounded(bowl.components.reduce((sum, one) => sum + one.actual_grams, bowl.developer_grams)));
    }

    get olderTitle() {
        return _t("Older formulas (%s)", this.state.pad.older.length);
    }

    // Keep ---------------------------------------------------------------------------------------------------

    /** What was begun and left without a name is nothing. */
    get kept() {
        return this.state.bowls
            .map((bowl) => ({ ...bowl, components: bowl.components.filter((one) => one.shade.trim?.() || one.product_id) }))
            .filter((bowl) => bowl.components.length || bowl.id);
    }

    async save() {
        if (!this.state.changed || this.isLocked) {
            return;
        }
        const rows = this.kept.map(({ key, components, ...bowl }) => ({
            ...bowl,
            components: components.map(({ key: _key, ...component }) => component),
        }));
        const args = [[this.lineId], rows, this.state.note, this.state.pad.version];
        this.show(await this.orm.call("salon.visit.line", "formula_save", args));
    }

    done() {
        return this.during(async () => {
            await this.save();
            this.env.config.historyBack();
        });
    }
}

registry.category("actions").add("salon_formula_pad", FormulaPad);
