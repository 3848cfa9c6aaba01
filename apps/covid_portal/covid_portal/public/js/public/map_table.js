// The table beside the map: communes fold under their district, columns sort.

/** `valueOf(code, key)`: what a column has of a district; `onOpen(row)`: its communes were unfolded. */
export class AreaTable {
	constructor(table, valueOf, lang) {
		this.table = table;
		this.valueOf = valueOf;
		this.compareNames = new Intl.Collator(lang).compare;
		this.sorted = { key: null, down: false };
		table.classList.add("folded");
		for (const head of table.tHead.rows[0].cells) this.makeSortable(head);
		for (const body of table.tBodies) this.makeFoldable(body);
	}

	makeSortable(head) {
		const button = document.createElement("button");
		button.type = "button";
		button.textContent = head.textContent;
		button.addEventListener("click", () => this.sort(head.dataset.sort));
		head.replaceChildren(button);
	}

	makeFoldable(body) {
		const [head] = body.rows[0].cells;
		const button = document.createElement("button");
		button.type = "button";
		button.textContent = head.textContent;
		button.setAttribute("aria-expanded", "false");
		button.addEventListener("click", () => this.unfold(body, button.getAttribute("aria-expanded") === "false"));
		head.replaceChildren(button);
	}

	unfold(body, open = true) {
		body.classList.toggle("open", open);
		body.querySelector("button").setAttribute("aria-expanded", String(open));
		for (const head of body.querySelectorAll(".commune th")) {
			if (!head.firstElementChild) {
				const link = document.createElement("a");
				link.href = `#${head.parentElement.id}`;
				link.textContent = head.textContent;
				head.replaceChildren(link);
			}
		}
	}

	/** By the column, the largest first; again: the other way. Names from A on. */
	sort(key) {
		this.sorted = { key, down: this.sorted.key === key ? !this.sorted.down : key !== "name" };
		for (const head of this.table.tHead.rows[0].cells) {
			const order = this.sorted.down ? "descending" : "ascending";
			if (head.dataset.sort === key) head.setAttribute("aria-sort", order);
			else head.removeAttribute("aria-sort");
		}
		this.apply();
	}

	/** The order chosen, for the figures as they are now. */
	apply() {
		const { key, down } = this.sorted;
		if (!key) return;
		const name = (body) => body.rows[0].cells[0].textContent;
		const code = (body) => body.rows[0].id.slice("khu-vuc-".length);
		const value = (body) => this.valueOf(code(body), key) ?? -1;
		const compare =
			key === "name" ? (a, b) => this.compareNames(name(a), name(b)) : (a, b) => value(a) - value(b);
		const bodies = [...this.table.tBodies].sort((a, b) => (down ? -compare(a, b) : compare(a, b)));
		this.table.append(...bodies);
	}
}
