// Draws the charts of /so-lieu with Apache ECharts; figures.js loads it when a reader is there. Only what is used is in it.

import { init, registerLocale, use } from "echarts/core";
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, AxisPointerComponent, GridComponent, TooltipComponent } from "echarts/components";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";
import vietnamese from "echarts/i18n/langVI-obj.js";
import { setTexts } from "../../field/i18n.js";
import { Chart } from "./chart.js";

use([BarChart, LineChart, AriaComponent, AxisPointerComponent, GridComponent, TooltipComponent]);
use([CanvasRenderer, SVGRenderer]);
registerLocale("VI", vietnamese);

let texts = null;

globalThis.covidPortalCharts = {
	/** Puts a live chart in place of the section's picture, with what the address asks of it. */
	async takeOver(page, section) {
		if (!texts) setTexts(page.dataset.lang, (texts = JSON.parse(page.dataset.texts)));
		await new Chart(page, section, init).start();
	},
};
