"""What those see who need not know the person: enough to tell two apart, too little to find one."""

import re

HIDDEN = "•••"


def mask_name(text: str | None) -> str:
	"""Nguyễn Văn An → N. V. A."""
	return " ".join(f"{word[0].upper()}." for word in (text or "").split())


def mask_phone(text: str | None) -> str:
	"""0912 345 678 → •••678"""
	digits = re.sub(r"\D", "", text or "")
	return f"{HIDDEN}{digits[-3:]}" if len(digits) > 5 else HIDDEN if digits else ""


def mask_id_number(text: str | None) -> str:
	letters = re.sub(r"\W", "", text or "")
	return f"{HIDDEN}{letters[-3:]}" if len(letters) > 5 else HIDDEN if letters else ""


def mask_address(text: str | None) -> str:
	"""Nothing of it: the commune stands in a field of its own."""
	return HIDDEN if text else ""


def mask_text(text: str | None) -> str:
	return HIDDEN if text else ""


MASKS = {
	"name": mask_name,
	"phone": mask_phone,
	"id_number": mask_id_number,
	"address": mask_address,
	"text": mask_text,
}


def mask(kind: str, text: str | None) -> str:
	return MASKS[kind](text)
