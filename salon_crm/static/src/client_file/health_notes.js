import { Component, useEffect, useState } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { deserializeDateTime, formatDate, deserializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { PURPOSES, useReveal } from "@salon_crm/reveal/reveal";

const KINDS = [
    ["skin", _t("Skin")],
    ["scalp", _t("Scalp")],
    ["medication", _t("Medication")],
    ["pregnancy", _t("Pregnancy")],
    ["note", _t("Other Note")],
];
const CONDITIONS = {
    skin: [
        ["sensitive", _t("Sensitive")],
        ["dermatitis", _t("Dermatitis")],
        ["eczema", _t("Eczema")],
        ["psoriasis", _t("Psoriasis")],
        ["acne", _t("Acne")],
        ["rosacea", _t("Rosacea")],
        ["wound", _t("Wound or burn")],
        ["infection", _t("Infection")],
    ],
    scalp: [
        ["sensitive", _t("Sensitive")],
        ["dandruff", _t("Dandruff")],
        ["dermatitis", _t("Dermatitis")],
        ["psoriasis", _t("Psoriasis")],
        ["hair_loss", _t("Hair loss")],
        ["wound", _t("Wound or burn")],
        ["infection", _t("Infection")],
    ],
    pregnancy: [
        ["pregnant", _t("Pregnant")],
        ["nursing", _t("Nursing")],
    ],
};

/**
 * The health notes of a client file. Nothing of them is here before somebody says what for and asks to see them; each
 * time that is logged. They go again when the page is left, and after some minutes.
 */
export class HealthNotes extends Component {
    static template = "salon_crm.HealthNotes";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.purposes = PURPOSES;
        this.kinds = KINDS;
        this.state = useState({ purpose: "service", notes: null, draft: null, busy: false });
        // What is being written stays.
        const hide = () => (this.state.draft ? this.hideLater() : this.hide());
        Object.assign(this, useReveal(this.state, hide));
        useEffect(
            () => () => this.hide(),
            () => [this.fileId]
        );
    }

    get fileId() {
        return this.props.record.resId;
    }

    conditions(kind) {
        return CONDITIONS[kind] || [];
    }

    /** @returns {String} what a note is about: "Scalp · Dandruff" */
    title(note) {
        const kind = KINDS.find(([code]) => code === note.kind)?.[1];
        const condition = this.conditions(note.kind).find(([code]) => code === note.condition)?.[1];
        return [kind, condition].filter(Boolean).join(" · ");
    }

    /** @returns {String} "since 1 May", "until 3 June" or both */
    period(note) {
        const since = note.since && formatDate(deserializeDate(note.since));
        const until = note.until && formatDate(deserializeDate(note.until));
        if (since && until) {
            return `${since} – ${until}`;
        }
        return (since && _t("since %s", since)) || (until && _t("until %s", until)) || "";
    }

    changed(note) {
        const day = formatDate(deserializeDateTime(note.changed_at));
        return _t("%(who)s, %(day)s", { who: note.changed_by, day });
    }

    show() {
        return this.during(() => this.load());
    }

    async load() {
        const fileId = this.fileId;
        const notes = await this.orm.call("salon.client.file", "reveal_health", [[fileId], this.state.purpose]);
        if (fileId === this.fileId) {
            this.state.notes = notes;
            this.hideLater();
        }
    }

    hide() {
        Object.assign(this.state, { notes: null, draft: null });
    }

    add() {
        this.state.draft = { id: null, kind: "note", condition: "", text: "", since: "", until: "" };
    }

    edit(note) {
        this.state.draft = { ...note, condition: note.condition || "", since: note.since || "", until: note.until || "" };
    }

    setKind() {
        const codes = this.conditions(this.state.draft.kind).map(([code]) => code);
        if (!codes.includes(this.state.draft.condition)) {
            this.state.draft.condition = "";
        }
    }

    save() {
        return this.during(async () => {
            const { id, version, kind, condition, text, since, until } = this.state.draft;
            const content = { kind, condition, text, since, until };
            await this.orm.call("salon.health.note", "conceal", [this.fileId, content], {
                note_id: id || false,
                version: version || false,
            });
            this.state.draft = null;
            await this.load();
        });
    }

    remove(note) {
        this.dialog.add(ConfirmationDialog, {
            body: _t("Remove this note? It can't be brought back."),
            confirmLabel: _t("Remove"),
            confirm: () =>
                this.during(async () => {
                    await this.orm.call("salon.health.note", "remove", [[note.id]]);
                    await this.load();
                }),
            cancel: () => {},
        });
    }
}

registry.category("view_widgets").add("salon_health_notes", { component: HealthNotes });
