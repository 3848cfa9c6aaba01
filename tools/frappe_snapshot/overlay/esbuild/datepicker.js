// The framework writes times with seconds, and its own copy of the date picker knows them; the release on npm leaves the letters "ss".
const SECONDS = `
;(($) => {
	const picker = $.fn.datepicker.Constructor.prototype;
	const format = picker.formatDate;
	picker.formatDate = function (pattern, date) {
		const seconds = String((date || this.date).getSeconds()).padStart(2, "0");
		return format.call(this, pattern.replace(/\\bss\\b/, seconds), date);
	};
})(jQuery);
`;

const withSeconds = (_file, source) => source + SECONDS;

module.exports = { withSeconds };
