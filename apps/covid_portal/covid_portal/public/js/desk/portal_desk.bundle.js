// What the whole Desk needs beyond Frappe's own: a date picker that knows Vietnamese, times without a line on their zone;
// and what forms with persons' data share.

import { VIETNAMESE } from "./datepicker.js";
import { hideTimeZone } from "./time_zone.js";
import "./personal.js";

$.fn.datepicker.language.vi = VIETNAMESE;
$(document).on("form-load", (_event, frm) => hideTimeZone(frm));
