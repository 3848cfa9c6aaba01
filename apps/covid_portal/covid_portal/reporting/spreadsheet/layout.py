"""Where things stand in a workbook of reports, and what its hidden sheet says about it.

The hidden sheet is signed with the site's key: a workbook of another slot, unit or site is told apart from one of ours,
and the columns it was made with are known even when the visible header was changed.
"""

import hmac
import json
from dataclasses import asdict, dataclass, field

from frappe import _
from openpyxl.utils import get_column_letter

from covid_portal.approval.chain import keyed_digest

FORMAT = 1
META_SHEET = "covid_portal"
TITLE_ROW, NOTE_ROW, KEY_ROW, LABEL_ROW, FIRST_ROW = 1, 2, 3, 4, 5
AREA, AREA_NAME, EXPLANATIONS = "area", "area_name", "explanations"
MANDATORY_MARK = " *"


@dataclass(frozen=True)
class Made:
	"""What a template was made for; `keys` and `labels` are its columns from left to right."""

	slot: str
	report_type: str
	unit: str
	sheet: str
	areas: list[str]
	keys: list[str]
	labels: list[str]
	format: int = field(default=FORMAT)

	def letter(self, key: str) -> str:
		return get_column_letter(self.keys.index(key) + 1)


def data_title() -> str:
	return _("Figures")


def seal(made: Made) -> tuple[str, str]:
	"""The text of the hidden sheet and its signature."""
	text = json.dumps(asdict(made), ensure_ascii=False)
	return text, signature(text)


def signature(text: str) -> str:
	return keyed_digest(f"spreadsheet:{text}")


def unseal(text: str, signed: str) -> Made | None:
	"""What the workbook was made for; None if this site has not signed it."""
	if not hmac.compare_digest(signature(text).encode(), signed.strip().encode()):
		return None
	return Made(**json.loads(text))
