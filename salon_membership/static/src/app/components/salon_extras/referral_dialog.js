import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { useAutofocus } from "@web/core/utils/hooks";
import { explain } from "@salon_membership/app/components/salon_extras/explain";

/** Asks for the code of the member who brought a client. */
export class ReferralDialog extends Component {
    static template = "salon_membership.ReferralDialog";
    static components = { Dialog };
    static props = { client: String, save: Function, close: Function };

    setup() {
        this.state = useState({ code: "", message: "", busy: false });
        useAutofocus();
    }

    get question() {
        return _t("Code or membership number of who sent %s", this.props.client);
    }

    async save() {
        if (this.state.busy || !this.state.code.trim()) {
            return;
        }
        this.state.busy = true;
        try {
            await this.props.save(this.state.code);
            this.props.close();
        } catch (error) {
            this.state.message = explain(error);
        }
        this.state.busy = false;
    }
}
