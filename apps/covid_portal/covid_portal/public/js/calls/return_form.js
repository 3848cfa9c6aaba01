// A registration to come home, as /tiep-nhan enters it for who calls: the fields of the public form, in the order in which one asks.

import { __ } from "../field/i18n.js";
import { h } from "../field/dom.js";
import { communes, field, Finder, select, text, tick } from "./controls.js";

const LEVELS = [1, 2, 3, 4];
const PERSON = /^persons\.(\d+)\.(\w+)$/;

export class ReturnForm {
	static kind = "Home Return";
	static title = () => __("Coming home");
	first = "contact_name";

	constructor(choices) {
		this.choices = choices;
		this.area = new Finder("area", __("To (type the commune's name)"), communes(choices.places));
		this.origin = new Finder("origin", __("From (type the province's name)"), choices.origins.map((row) => [row.name, row.code]));
		this.count = 0;
		this.persons = h("div", {});
		this.more = h("button", { type: "button", class: "button", onclick: () => this.add(true) }, __("Add a person"));
	}

	fields() {
		this.add(false);
		const { reasons, transports } = this.choices;
		const levels = LEVELS.map((level) => ({ code: String(level), name: __("Level {0}", level) }));
		return [
			field("contact_name", __("Name of the one who travels, or of one of them"), text("contact_name", 120)),
			field("contact_phone", __("Phone"), text("contact_phone", 20, "tel")),
			this.origin.field,
			this.origin.list,
			field("origin_level", __("Epidemic level there, if you know it"), select("origin_level", levels)),
			field("origin_address", __("Address there"), text("origin_address", 300)),
			this.area.field,
			this.area.list,
			field("contact_address", __("Address at home (village, street, house)"), text("contact_address", 300)),
			field("wanted_on", __("Day you wish to arrive"), h("input", { id: "wanted_on", name: "wanted_on", type: "date" })),
			field("transport", __("Means of transport"), select("transport", transports)),
			field("vehicle_plate", __("Number plate, of an own vehicle"), text("vehicle_plate", 40)),
			field("reason", __("Reason"), select("reason", reasons)),
			field("reason_note", __("In their words"), h("textarea", { id: "reason_note", name: "reason_note", rows: "2", maxlength: "1000" })),
			field("association", __("Association of fellow countrymen that can vouch for them, if any"), text("association", 140)),
			this.persons,
			h("p", { class: "field" }, this.more),
			...this.proxy(),
		];
	}

	/** The caller speaks for somebody else: who that is, is asked then alone. */
	proxy() {
		const caller = h(
			"div",
			{ hidden: true },
			field("proxy_name", __("The caller's name"), text("proxy_name", 120)),
			field("proxy_phone", __("The caller's phone"), text("proxy_phone", 20, "tel")),
			field("proxy_relation", __("Their relation"), text("proxy_relation", 60)),
		);
		const ticked = tick("is_proxy", __("The caller registers for somebody else"));
		ticked.addEventListener("change", ({ target }) => {
			caller.hidden = !target.checked;
		});
		return [ticked, caller];
	}

	/** Fields for one more person; the cursor goes there when somebody has asked for it. */
	add(asked) {
		this.count += 1;
		const at = `persons.${this.count}.`;
		const { tests, results } = this.choices;
		const day = (name) => h("input", { id: at + name, name: at + name, type: "date" });
		const part = (name, label, control) => field(at + name, label, control);
		const doses = [0, 1, 2, 3, 4].map((number) => ({ code: String(number), name: String(number) }));
		this.persons.append(
			h(
				"fieldset",
				{},
				h("legend", {}, __("Person {0}", this.count)),
				h(
					"div",
					{ class: "entry-pair" },
					part("full_name", __("Full name"), text(`${at}full_name`, 120)),
					part("birth_year", __("Year of birth"), text(`${at}birth_year`, 4, "text", { inputmode: "numeric" })),
					part("id_number", __("Identity card or passport"), text(`${at}id_number`, 20)),
					part("doses", __("Doses of vaccine"), select(`${at}doses`, doses)),
					part("last_dose_on", __("Day of the last dose"), day("last_dose_on")),
					part("recovered_on", __("Recovered from COVID-19 on (if you had it)"), day("recovered_on")),
					part("test_kind", __("Last test"), select(`${at}test_kind`, tests)),
					part("test_result", __("Its result"), select(`${at}test_result`, results)),
					part("test_on", __("Day of the test"), day("test_on")),
				),
			),
		);
		this.more.hidden = this.count >= this.choices.most_persons;
		if (asked) document.getElementById(`${at}full_name`).focus();
	}

	payload({ area, origin, ...rest }) {
		const persons = [];
		const plain = {};
		for (const [name, value] of Object.entries(rest)) {
			const found = PERSON.exec(name);
			if (!found) plain[name] = value;
			else (persons[Number(found[1]) - 1] ??= {})[found[2]] = value;
		}
		return { ...plain, area: this.area.code(area), origin: this.origin.code(origin), persons };
	}
}
