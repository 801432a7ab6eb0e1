import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/** One photo, large, with the others of its visit to leaf through. Nothing of it is kept when the dialog is closed. */
export class PhotoDialog extends Component {
    static template = "salon_crm.PhotoDialog";
    static components = { Dialog };
    static props = {
        close: Function,
        photos: Array, // of one visit, in the order of the screen
        photoId: Number,
        purpose: String,
        title: String,
        locked: Boolean,
        onChange: Function, // something was changed: load them again
        momentLabel: Function,
        shownFor: Number, // milliseconds
    };

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.state = useState({ index: 0, url: null, trouble: null, note: "", busy: false });
        onWillStart(() => {
            this.go(this.props.photos.findIndex((photo) => photo.id === this.props.photoId));
        });
        this.timer = browser.setTimeout(() => this.props.close(), this.props.shownFor);
        onWillUnmount(() => {
            browser.clearTimeout(this.timer);
            this.forget();
        });
    }

    get photo() {
        return this.props.photos[this.state.index];
    }

    /** @returns {String} "After · 2 / 3" */
    get place() {
        const count = this.props.photos.length;
        const place = count > 1 ? `${this.state.index + 1} / ${count}` : "";
        return [this.props.momentLabel(this.photo.moment), place].filter(Boolean).join(" · ");
    }

    forget() {
        if (this.state.url) {
            URL.revokeObjectURL(this.state.url);
        }
        this.state.url = null;
    }

    async go(index) {
        this.forget();
        Object.assign(this.state, { index, trouble: null, note: this.props.photos[index].note });
        const photo = this.photo;
        let trouble = _t("The photo could not be loaded. Look at the connection, and try again.");
        try {
            const purpose = encodeURIComponent(this.props.purpose);
            const answer = await browser.fetch(`/salon/photo/${photo.id}?purpose=${purpose}`, { cache: "no-store" });
            if (answer.ok && answer.headers.get("Content-Type") === "image/jpeg") {
                const content = await answer.blob();
                if (photo === this.photo) {
                    this.state.url = URL.createObjectURL(content);
                }
                return;
            }
            if (answer.status === 403) {
                trouble = await answer.text();
            } else if (answer.status === 404) {
                trouble = _t("This photo is gone. Open the page again.");
            }
        } catch (error) {
            if (!(error instanceof TypeError)) {
                throw error; // a TypeError is how fetch says that there is no connection
            }
        }
        if (photo === this.photo) {
            this.state.trouble = trouble;
        }
    }

    async change(work) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        try {
            await work();
            this.props.close();
            await this.props.onChange();
        } finally {
            this.state.busy = false;
        }
    }

    saveNote() {
        return this.change(() => this.orm.call("salon.photo", "describe", [[this.photo.id], this.state.note]));
    }

    remove() {
        this.dialog.add(ConfirmationDialog, {
            body: _t("Remove this photo? It can't be brought back."),
            confirmLabel: _t("Remove"),
            confirm: () => this.change(() => this.orm.call("salon.photo", "remove", [[this.photo.id]])),
            cancel: () => {},
        });
    }
}
