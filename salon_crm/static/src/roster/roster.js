import { Component, onMounted, onWillStart, useRef, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { deserializeDate, serializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Mutex } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/**
 * The week of everybody in the salon. A shift template is dragged onto a day, or chosen and then put on each day
 * that is tapped: so it works with a mouse, on a phone and by the keys.
 */
export class SalonRoster extends Component {
    static template = "salon_crm.Roster";
    static components = { Dropdown, DropdownItem, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.state = useState({ week: null, chosen: false, over: null });
        this.dragged = null;
        // One change after the other: each answers with the week as it is then.
        this.mutex = new Mutex();
        // On a phone the navigation bar says where one is.
        this.display = { controlPanel: this.env.isSmall ? false : {} };
        this.copyWeeks = [2, 4, 8, 12];
        useSetupAction({ getLocalState: () => ({ first: this.state.week.first }) });
        this.grid = useRef("grid");
        onWillStart(() => this.load(this.props.state?.first));
        onMounted(() => this.showToday());
    }

    // The week ---------------------------------------------------------------------------------------------

    load(day) {
        return this.mutex.exec(async () => {
            this.state.week = await this.orm.call("salon.shift", "roster_load", [day || false]);
        });
    }

    /** On a phone a part of the week is seen at a time: begin with today. */
    showToday() {
        const grid = this.grid.el;
        const today = grid.querySelector("th.o_salon_today");
        if (today) {
            grid.scrollLeft = today.offsetLeft - grid.querySelector(".o_salon_name").offsetWidth;
        }
    }

    goTo(weeks) {
        return this.load(serializeDate(deserializeDate(this.state.week.first).plus({ weeks })));
    }

    get title() {
        const first = deserializeDate(this.state.week.first);
        const last = first.plus({ days: 6 });
        const short = { day: "numeric", month: "short" };
        return `${first.toLocaleString(short)} – ${last.toLocaleString({ ...short, year: "numeric" })}`;
    }

    get outside() {
        const cells = this.state.week.stylists.flatMap((stylist) => stylist.cells);
        return [...new Set(cells.flatMap((cell) => cell.outside))];
    }

    weekday(day) {
        return deserializeDate(day.date).toFormat("ccc");
    }

    dayOfMonth(day) {
        return deserializeDate(day.date).toLocaleString({ day: "numeric", month: "numeric" });
    }

    cellLabel(stylist, cell) {
        const day = deserializeDate(cell.date).toLocaleString({ weekday: "long", day: "numeric", month: "long" });
        return `${stylist.name}, ${day}`;
    }

    // Changes ----------------------------------------------------------------------------------------------

    change(method, ...args) {
        return this.mutex.exec(async () => {
            const answer = await this.orm.call("salon.shift", method, args);
            const first = this.state.week.first;
            const shown = answer.first === first;
            this.state.week = shown ? answer : await this.orm.call("salon.shift", "roster_load", [first]);
            if (answer.message) {
                this.notification.add(answer.message, { type: "success" });
            }
            if (answer.now_outside.length) {
                this.warn(answer.now_outside);
            }
        });
    }

    warn(bookings) {
        const close = this.notification.add(
            _t("Bookings outside the hours that hold now: %s. They stay as they are.", bookings.length),
            {
                type: "warning",
                sticky: true,
                buttons: [
                    {
                        name: _t("Show them"),
                        primary: true,
                        onClick: () => {
                            close();
                            this.showBookings(bookings);
                        },
                    },
                ],
            }
        );
    }

    async showBookings(bookings) {
        this.action.doAction(await this.orm.call("salon.shift", "roster_bookings", [bookings]));
    }

    showBlocked(id) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "salon.blocked.time",
            res_id: id,
            views: [[false, "form"]],
        });
    }

    copy(weeks) {
        return this.change("roster_copy", this.state.week.first, weeks);
    }

    fill() {
        return this.change("roster_fill", this.state.week.first);
    }

    put(stylist, cell) {
        if (this.state.chosen) {
            return this.change("roster_put", stylist.id, cell.date, this.state.chosen);
        }
    }

    remove(shift) {
        return this.change("roster_remove", shift.id);
    }

    edit(shift) {
        if (this.state.week.can_edit) {
            this.dialog.add(FormViewDialog, {
                resModel: "salon.shift",
                resId: shift.id,
                title: _t("Shift"),
                size: "md",
                onRecordSaved: () => this.load(this.state.week.first),
            });
        }
    }

    // Mouse, finger, keys ----------------------------------------------------------------------------------

    choose(template) {
        this.state.chosen = this.state.chosen === template.id ? false : template.id;
    }

    onShiftClick(stylist, cell, shift) {
        return this.state.chosen ? this.put(stylist, cell) : this.edit(shift);
    }

    onShiftKeydown(ev, shift) {
        if (this.state.week.can_edit && ["Delete", "Backspace"].includes(ev.key)) {
            ev.preventDefault();
            ev.stopPropagation();
            this.remove(shift);
        } else if (ev.key === "Enter" || ev.key === " ") {
            ev.preventDefault();
            ev.stopPropagation();
            this.edit(shift);
        }
    }

    onCellKeydown(ev, stylist, cell) {
        if (ev.key === "Enter" || ev.key === " ") {
            ev.preventDefault();
            this.put(stylist, cell);
        } else if (ev.key === "Escape") {
            this.state.chosen = false;
        } else if (ev.key in MOVES) {
            ev.preventDefault();
            const [down, right] = MOVES[ev.key];
            const td = ev.target.closest("td");
            const row = td.parentElement.parentElement.rows[td.parentElement.rowIndex - 1 + down];
            const next = row?.cells[td.cellIndex + right];
            if (next?.tagName === "TD") {
                next.focus();
            }
        }
    }

    onDragStart(ev, dragged) {
        this.dragged = dragged;
        // Without any data some browsers begin no dragging; one that a script began has no place for it.
        ev.dataTransfer?.setData("text/plain", "");
    }

    onDragEnd() {
        this.dragged = null;
        this.state.over = null;
    }

    cellKey(stylist, cell) {
        return `${stylist.id} ${cell.date}`;
    }

    onDragOver(ev, stylist, cell) {
        if (this.dragged) {
            ev.preventDefault();
            this.state.over = this.cellKey(stylist, cell);
        }
    }

    onDrop(ev, stylist, cell) {
        const dragged = this.dragged;
        this.onDragEnd();
        if (!dragged) {
            return;
        }
        ev.preventDefault();
        if (dragged.template) {
            return this.change("roster_put", stylist.id, cell.date, dragged.template.id);
        }
        if (dragged.from !== this.cellKey(stylist, cell)) {
            return this.change("roster_move", dragged.shift.id, stylist.id, cell.date);
        }
    }
}

registry.category("actions").add("salon_crm.roster", SalonRoster);
