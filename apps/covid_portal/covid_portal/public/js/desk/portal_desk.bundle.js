// What the whole Desk needs beyond Frappe's own: a date picker that knows Vietnamese, times without a line on their zone;
// what forms with persons' data share, and how a table is taken in.

import { VIETNAMESE } from "./datepicker.js";
import { hideTimeZone } from "./time_zone.js";
import "./personal.js";
import "./table_dialog.js";

$.fn.datepicker.language.vi = VIETNAMESE;
$(document).on("form-load", (_event, frm) => hideTimeZone(frm));
