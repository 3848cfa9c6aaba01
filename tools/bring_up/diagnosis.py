"""Reads the output of a failed command for the causes that a person can do something about."""

import re
import textwrap

UNREACHABLE = re.compile(
	"|".join(
		[
			"Could not resolve host",
			"Temporary failure in name resolution",
			"Name or service not known",
			"Network is unreachable",
			"No route to host",
			"Connection (?:refused|reset|timed out|aborted)",
			"[Ff]ailed to connect",
			"error sending request",
			"dns error",
			"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH",
			"Max retries exceeded",
			"No matching distribution found",
			"(?:Read|Connect) ?[Tt]imed? ?out",
		]
	)
)
DISK_FULL = re.compile(r"No space left on device|ENOSPC|os error 28|Disk full|disk full")
NOT_ALLOWED = re.compile(r"Permission denied|EACCES|Operation not permitted")
CERTIFICATE = re.compile(
	r"CERTIFICATE_VERIFY_FAILED|UNABLE_TO_\w*CERT|SELF_SIGNED_CERT|certificate verify failed"
)

SAME_COMMAND = "then run the same command again: what is done is kept."


def explain(output: str, party: str = "") -> list[str]:
	"""The ways on for a failed command that printed `output`; `party` is whom it had to reach (PyPI, npm …)."""
	if DISK_FULL.search(output):
		return [f"The disk is full: free about 3 GB, {SAME_COMMAND}"]
	if party and CERTIFICATE.search(output):
		return [
			f"{party}'s certificate is not trusted here: add your proxy's to ca-certificates, {SAME_COMMAND}"
		]
	if party and UNREACHABLE.search(output):
		return [f"{party} could not be reached: check the network or the proxy settings, {SAME_COMMAND}"]
	if NOT_ALLOWED.search(output):
		return [
			f"Files here may belong to another user (an earlier run with sudo?): chown them, {SAME_COMMAND}"
		]
	return []


def last_lines(output: str, count: int) -> list[str]:
	"""The end of an output as a person reads it: without progress bars and blank lines."""
	lines = [line.rsplit("\r", 1)[-1].rstrip() for line in output.split("\n")]
	return [textwrap.shorten(line, 200) if len(line) > 200 else line for line in lines if line][-count:]
