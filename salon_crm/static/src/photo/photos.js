import { Component, useEffect, useState } from "@odoo/owl";
import { hasTouch, isMobileOS } from "@web/core/browser/feature_detection";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { getDataURLFromFile } from "@web/core/utils/urls";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { PURPOSES, SHOWN_FOR, useReveal } from "@salon_crm/reveal/reveal";
import { PhotoDialog } from "./photo_dialog";

const LARGEST = 20 * 1024 * 1024; // bytes; the server has the last word
const MOMENTS = [
    ["before", _t("Before")],
    ["after", _t("After")],
];

/**
 * Before and after, side by side: of one visit, where photos are taken, or of a client over time. None is here before
 * somebody asks to see them; each time that is logged. They go again when the page is left, and after some minutes.
 */
export class Photos extends Component {
    static template = "salon_crm.Photos";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.purposes = PURPOSES;
        this.moments = MOMENTS;
        this.isPhone = isMobileOS() || (this.env.isSmall && hasTouch());
        this.state = useState({ status: null, visits: null, more: false, purpose: "service", busy: false });
        Object.assign(this, useReveal(this.state, () => this.hide()));
        useEffect(
            () => {
                this.loadStatus();
                return () => this.hide();
            },
            // Who the client is, and whether they were here long ago, may change while the page is open.
            () => [this.props.record.resId, this.props.record.data.partner_id?.id, this.props.record.data.is_locked]
        );
    }

    get model() {
        return this.props.record.resModel;
    }

    get id() {
        return this.props.record.resId;
    }

    get isVisit() {
        return this.model === "salon.visit";
    }

    /** What has two columns: the visits that are shown, or this one, before anything is. */
    get shownVisits() {
        if (this.state.visits?.length || !this.isVisit) {
            return this.state.visits || [];
        }
        return [{ id: this.id, photos: [], locked: this.state.status.locked }];
    }

    get mayAdd() {
        return this.isVisit && !this.state.status.locked;
    }

    ofMoment(visit, moment) {
        return visit.photos.filter((photo) => photo.moment === moment);
    }

    /** @returns {String} "3 May 2026 · Cut, Colour" */
    title(visit) {
        const day = visit.date && formatDate(deserializeDateTime(visit.date));
        return [day, visit.name].filter(Boolean).join(" · ") || _t("Photo");
    }

    momentLabel(moment) {
        return MOMENTS.find(([code]) => code === moment)[1];
    }

    async loadStatus() {
        const id = this.id;
        if (!id) {
            this.state.status = null;
            return;
        }
        const status = await this.orm.silent.call(this.model, "photo_status", [[id]]);
        if (id === this.id) {
            this.state.status = status;
        }
    }

    show() {
        return this.during(() => this.load());
    }

    showMore() {
        return this.during(() => this.load(this.state.visits.length));
    }

    async load(offset = 0) {
        const id = this.id;
        const options = offset ? { offset } : {};
        const { visits, more } = await this.orm.call(this.model, "show_photos", [[id], this.state.purpose], options);
        if (id === this.id) {
            this.state.visits = offset ? [...this.state.visits, ...visits] : visits;
            this.state.more = more;
            this.hideLater();
        }
    }

    async reload() {
        await this.loadStatus();
        await this.load();
    }

    hide() {
        this.state.visits = null;
    }

    async add(moment, event) {
        const input = event.target;
        const files = [...input.files];
        await this.during(async () => {
            try {
                for (const file of files) {
                    await this.send(moment, file);
                }
            } finally {
                input.value = ""; // the same file may be chosen again
                await this.reload();
            }
        });
    }

    async send(moment, file) {
        if (file.size > LARGEST) {
            this.notification.add(_t("%s is too large: at most 20 MB. Take it in a smaller size.", file.name), {
                type: "danger",
            });
            return;
        }
        const content = (await getDataURLFromFile(file)).split(",")[1] || "";
        await this.orm.call("salon.visit", "add_photo", [[this.id], moment, content]);
    }

    open(visit, photo) {
        const photos = MOMENTS.flatMap(([moment]) => this.ofMoment(visit, moment));
        this.dialog.add(PhotoDialog, {
            photos,
            photoId: photo.id,
            purpose: this.state.purpose,
            title: this.title(visit),
            locked: visit.locked,
            onChange: () => this.during(() => this.reload()),
            momentLabel: this.momentLabel,
            shownFor: SHOWN_FOR,
        });
    }

    askConsent() {
        return this.during(async () => {
            const ids = [this.state.status.file_id];
            const action = await this.orm.call("salon.client.file", "action_ask_photo_consent", [ids]);
            await this.action.doAction(action, { onClose: () => this.loadStatus() });
        });
    }

    removeAll() {
        this.dialog.add(ConfirmationDialog, {
            body: _t("Remove all photos of this client? They can't be brought back."),
            confirmLabel: _t("Remove All"),
            confirm: () =>
                this.during(async () => {
                    await this.orm.call("salon.client.file", "remove_photos", [[this.id]]);
                    await this.loadStatus();
                }),
            cancel: () => {},
        });
    }
}

registry.category("view_widgets").add("salon_photos", { component: Photos });
