import { Component, onMounted, onWillStart, useEffect, useExternalListener, useRef, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { serializeDate, today } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Mutex } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

// Their mouths are paths in a field of 40 to 40: not every computer has pictures of faces among its letters.
const FACES = [
    ["1", "M12 30 Q20 20 28 30", _t("Bad")],
    ["2", "M13 28 Q20 23 27 28", _t("Poor")],
    ["3", "M13 27 L27 27", _t("So-so")],
    ["4", "M13 25 Q20 30 27 25", _t("Good")],
    ["5", "M11 23 Q20 36 29 23 Z", _t("Great")],
];
const NEXT = [
    ["none", "0", _t("Nothing")],
    ["book", "b", _t("Book Now")],
    ["case", "c", _t("Open a Case")],
    ["call_again", "a", _t("Call Again")],
];
const HOUR = 3600 * 1000;

/**
 * The day's follow-ups, one after the other: who it is, what was done, what to ask, and how it went. Each step has a
 * key, so that the hands stay where they are.
 */
export class FollowupRound extends Component {
    static template = "salon_aftercare.FollowupRound";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.faces = FACES;
        this.next = NEXT;
        this.display = { controlPanel: this.env.isSmall ? false : {} };
        this.root = useRef("root");
        this.said = useRef("said");
        this.day = useRef("day");
        this.why = useRef("why");
        // One step after the other: a key that is held down closes one contact and not two.
        this.mutex = new Mutex();
        // Who comes back from a booking goes on where they were.
        this.state = useState({ ids: [], at: 0, closed: 0, since: Date.now(), card: null, skipping: false, reason: "" });
        useSetupAction({
            getLocalState: () => ({ since: this.state.since, closed: this.state.closed }),
        });
        useExternalListener(window, "keydown", (ev) => this.onKey(ev));
        onWillStart(() => this.begin(this.props.state));
        onMounted(() => this.root.el.focus());
        // What is asked for now is written at once.
        useEffect(
            () => (this.why.el || this.day.el)?.focus(),
            () => [this.state.skipping, this.state.card?.next_action === "call_again"]
        );
    }

    // Where one is ---------------------------------------------------------------------------------------

    async begin(before) {
        Object.assign(this.state, before);
        this.state.ids = await this.orm.call("salon.followup", "load_round", []);
        await this.show(0);
    }

    async show(at) {
        const id = this.state.ids[at];
        const card = id ? await this.orm.call("salon.followup", "load_card", [[id]]) : null;
        Object.assign(this.state, { at, card, skipping: false, reason: "" });
        this.root.el?.focus();
    }

    /** Goes to another one, without closing this one. */
    go(step) {
        const at = this.state.at + step;
        return at >= 0 && at < this.state.ids.length ? this.mutex.exec(() => this.show(at)) : undefined;
    }

    get progress() {
        return _t("%(at)s of %(all)s", { at: this.state.at + 1, all: this.state.ids.length });
    }

    /** Calls an hour, as soon as there are enough to say so. */
    get pace() {
        const hours = (Date.now() - this.state.since) / HOUR;
        return this.state.closed > 2 ? Math.round(this.state.closed / hours) : 0;
    }

    // How it went ----------------------------------------------------------------------------------------

    reach(reached) {
        this.state.card.reached = reached;
        if (reached === "no") {
            this.state.card.rating = "";
        }
    }

    rate(rating) {
        Object.assign(this.state.card, { reached: "yes", rating });
    }

    choose(action) {
        this.state.card.next_action = action;
        if (action === "call_again") {
            this.state.card.call_again_on ||= this.inDays(1);
        }
    }

    inDays(days) {
        return serializeDate(today().plus({ days }));
    }

    skip() {
        this.state.skipping = true;
    }

    async copy() {
        if (await this.putOnClipboard(this.state.card.script)) {
            this.notification.add(_t("The text is copied."), { type: "success" });
        } else {
            this.notification.add(_t("Copy the text that is selected."), { type: "warning" });
        }
    }

    /** Browsers give the clipboard to pages by https alone: by http in a salon's own network the old way still works. */
    async putOnClipboard(text) {
        try {
            await browser.navigator.clipboard.writeText(text);
            return true;
        } catch {
            document.getSelection().selectAllChildren(this.root.el.querySelector(".o_salon_round_script_text"));
            return document.execCommand("copy");
        }
    }

    // Closing --------------------------------------------------------------------------------------------

    close() {
        return this.mutex.exec(async () => {
            const { card } = this.state;
            if (!card) {
                return;
            }
            if (!card.reached) {
                this.notification.add(_t("Say first whether the client was reached."), { type: "warning" });
                return;
            }
            const names = ["reached", "rating", "said", "next_action", "call_again_on"];
            const values = Object.fromEntries(names.map((name) => [name, card[name]]));
            const next = await this.orm.call("salon.followup", "close_card", [[card.id], values]);
            await this.closed();
            if (next) {
                this.action.doAction(next);
            }
        });
    }

    closeSkipped() {
        return this.mutex.exec(async () => {
            await this.orm.call("salon.followup", "skip_card", [[this.state.card.id], this.state.reason]);
            await this.closed();
        });
    }

    async closed() {
        this.state.closed++;
        this.state.ids.splice(this.state.at, 1);
        await this.show(Math.min(this.state.at, Math.max(this.state.ids.length - 1, 0)));
    }

    // Keys -----------------------------------------------------------------------------------------------

    onKey(ev) {
        const writes = ev.target.closest?.("input, textarea, select");
        const busy = document.querySelector(".modal, .o-overlay-item .o_popover, .o-dropdown--menu");
        if (!this.state.card || busy || ev.isComposing || ev.altKey || ev.metaKey) {
            return;
        }
        if (ev.key === "Escape" && writes) {
            this.root.el.focus();
        } else if (ev.key === "Enter" && (ev.ctrlKey || (!writes && !ev.target.closest("button, a")))) {
            this.state.skipping ? this.closeSkipped() : this.close();
        } else if (ev.key === "Enter" && writes === this.why.el && writes) {
            this.closeSkipped();
        } else if (writes || ev.ctrlKey || ev.repeat || !this.press(ev.key.toLowerCase())) {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    /** @returns {Boolean} whether the key means something here */
    press(key) {
        const next = this.next.find(([, its]) => its === key);
        const keys = {
            r: () => this.reach("yes"),
            n: () => this.reach("no"),
            t: () => this.said.el?.focus(),
            s: () => this.skip(),
            arrowright: () => this.go(1),
            arrowleft: () => this.go(-1),
        };
        if (next) {
            this.choose(next[0]);
        } else if (this.faces.some(([rating]) => rating === key)) {
            this.rate(key);
        } else if (keys[key]) {
            keys[key]();
        } else {
            return false;
        }
        return true;
    }
}

registry.category("actions").add("salon_followup_round", FollowupRound);
