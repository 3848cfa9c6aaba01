// Walking through a grid by keyboard: arrows, Home, End; with Ctrl to the ends of the column. One cell is the tab stop.

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

export function walk(table) {
	const grid = [...table.querySelectorAll("tbody tr, tfoot tr")].map((row) => [...row.querySelectorAll(".cell")]);
	let current = grid[0]?.[0];
	if (!current) return;
	current.tabIndex = 0;
	const moveTo = (cell) => {
		if (!cell) return false;
		current.tabIndex = -1;
		current = cell;
		current.tabIndex = 0;
		return true;
	};
	table.addEventListener("focusin", (event) => moveTo(event.target.closest(".cell")));
	table.addEventListener("keydown", (event) => {
		const target = next(grid, event);
		if (!moveTo(target)) return;
		event.preventDefault();
		target.focus();
	});
}

/** The cell a key leads to, null if it is none of ours or leads out of the grid. */
function next(grid, { key, ctrlKey, target }) {
	const cell = target.closest?.(".cell");
	const row = cell ? grid.findIndex((cells) => cells.includes(cell)) : -1;
	if (row < 0) return null;
	const column = grid[row].indexOf(cell);
	if (key === "Home") return grid[ctrlKey ? 0 : row][0];
	if (key === "End") return grid[ctrlKey ? grid.length - 1 : row].at(-1);
	const [down, right] = STEPS[key] || [0, 0];
	return down || right ? grid[row + down]?.[column + right] || null : null;
}
