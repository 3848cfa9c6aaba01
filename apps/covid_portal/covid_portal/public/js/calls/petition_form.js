// A petition, as /tiep-nhan enters it.

import { __ } from "../field/i18n.js";
import { h } from "../field/dom.js";
import { communes, field, Finder, select, text, tick } from "./controls.js";

export class PetitionForm {
	static kind = "Petition";
	static title = () => __("A petition");
	first = "content";

	constructor({ categories, places }) {
		this.categories = categories.map((row, at) => ({ ...row, name: `${(at + 1) % 10}. ${row.name}` }));
		this.area = new Finder("area", __("Commune (type its name)"), communes(places));
	}

	fields() {
		return [
			field("content", __("Content"), h("textarea", { id: "content", name: "content", rows: "5", maxlength: "5000", required: true })),
			field("category", __("Category (type its number)"), select("category", this.categories)),
			this.area.field,
			this.area.list,
			field("place", __("Exact place"), text("place", 240)),
			field("full_name", __("Full name"), text("full_name", 100)),
			field("phone", __("Telephone"), text("phone", 30, "tel")),
			field("address", __("Address"), text("address", 240)),
			tick("consent", __("Agrees that the answer is published without their name")),
		];
	}

	payload({ area, ...rest }) {
		return { ...rest, area: this.area.code(area) };
	}
}
