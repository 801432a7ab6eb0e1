import { Component, onWillStart, useState } from "@odoo/owl";
import { formatCurrency } from "@web/core/currency";
import { DateTimeInput } from "@web/core/datetime/datetime_input";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { deserializeDate, serializeDate } from "@web/core/l10n/dates";
import { formatInteger } from "@web/views/fields/formatters";
import { download } from "@web/core/network/download";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** A report of the accountant: tables in which every figure opens its records. The server says what stands in them. */
export class SalonBooks extends Component {
    static template = "salon_membership.Books";
    static components = { DateTimeInput, Dropdown, DropdownItem, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ page: null, loading: false });
        this.display = { controlPanel: this.env.isSmall ? false : {} };
        this.last = new KeepLast();
        useSetupAction({ getLocalState: () => ({ options: this.state.page.options }) });
        onWillStart(() => this.load(this.props.state?.options || this.startOptions));
    }

    get model() {
        return this.props.action.params.model;
    }

    get startOptions() {
        const { active_id, active_model, salon_options } = this.props.action.context || {};
        return salon_options || (active_model === "pos.session" ? { session_id: active_id } : {});
    }

    async load(options) {
        this.state.loading = true;
        try {
            this.state.page = await this.last.add(this.orm.call(this.model, "load_page", [options]));
        } finally {
            this.state.loading = false;
        }
    }

    change(options) {
        return this.load({ ...this.state.page.options, ...options });
    }

    // The period -------------------------------------------------------------------------------------------

    date(name) {
        return deserializeDate(this.state.page.options[name]);
    }

    setDate(name, value) {
        if (value) {
            this.change({ [name]: serializeDate(value) });
        }
    }

    /** Go to the whole month so many months from the one that is shown. */
    goTo(months) {
        const first = this.date("date_to").startOf("month").plus({ months });
        this.change({ date_from: serializeDate(first), date_to: serializeDate(first.endOf("month")) });
    }

    // Figures ----------------------------------------------------------------------------------------------

    format(cell, column, row) {
        if (cell.value === null || cell.value === undefined || cell.value === false) {
            return "";
        }
        if (cell.value === 0 && !row.level) {
            return "–";
        }
        if (column.type === "text") {
            return cell.value;
        }
        return column.type === "money"
            ? formatCurrency(cell.value, this.state.page.currency_id)
            : formatInteger(cell.value);
    }

    async open(key) {
        this.action.doAction(await this.orm.call(this.model, "open_figure", [this.state.page.options, key]));
    }

    download() {
        return download({
            url: "/salon/books/xlsx",
            data: { model: this.model, options: JSON.stringify(this.state.page.options) },
        });
    }
}

registry.category("actions").add("salon_membership.books", SalonBooks);
