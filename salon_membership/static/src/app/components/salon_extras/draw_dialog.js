import { Component, onWillStart, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { explain } from "@salon_membership/app/components/salon_extras/explain";

/** Shows what can be won and the digest of what the server has chosen already; then the client draws. */
export class DrawDialog extends Component {
    static template = "salon_membership.DrawDialog";
    static components = { Dialog };
    static props = { title: String, client: String, prepare: Function, draw: Function, close: Function };

    setup() {
        this.state = useState({ shown: null, result: null, word: "", message: "", busy: false });
        onWillStart(() => {
            this.prepare();
        });
    }

    async prepare() {
        try {
            this.state.shown = await this.props.prepare();
        } catch (error) {
            this.state.message = explain(error);
        }
    }

    /** One tap draws once: the server does not draw again either. */
    async draw() {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        this.state.message = "";
        try {
            this.state.result = await this.props.draw(this.state.word);
        } catch (error) {
            this.state.message = explain(error);
        }
        this.state.busy = false;
    }
}
