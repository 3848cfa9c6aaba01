"""Commands, steps and processes of the bring-up, with real processes."""

import json
import os
import socket
import sys
import time
from pathlib import Path

import pytest

from bring_up.daemons import Daemons
from bring_up.diagnosis import explain, last_lines
from bring_up.errors import BringUpError
from bring_up.ports import demand_free, is_free
from bring_up.steps import Cancelled, Steps

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def daemons(tmp_path: Path):
	made = Daemons(tmp_path / "processes", tmp_path / "logs")
	yield made
	for name in made.names():
		made.stop(name, seconds=1)


def test_a_process_is_found_again_and_ended(daemons: Daemons, tmp_path: Path) -> None:
	noted = daemons.start("web", SLEEP, cwd=tmp_path, env=os.environ, key="1", port=8000)
	assert daemons.running("web") == noted
	assert daemons.stop("web")
	assert daemons.running("web") is None
	assert not daemons.stop("web")


def test_another_process_with_the_same_number_is_left_alone(daemons: Daemons, tmp_path: Path) -> None:
	noted = daemons.start("web", SLEEP, cwd=tmp_path, env=os.environ)
	note = tmp_path / "processes" / "web.json"
	whole = note.read_text()
	note.write_text(json.dumps({**json.loads(whole), "born": "1"}))
	assert not daemons.stop("web")
	os.kill(noted.pid, 0)  # alive
	note.write_text(whole)


def test_a_process_that_does_not_end_is_killed(daemons: Daemons, tmp_path: Path) -> None:
	stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); time.sleep(60)"
	daemons.start("worker", [sys.executable, "-c", stubborn], cwd=tmp_path, env=os.environ)
	while "on" not in (tmp_path / "logs" / "worker.log").read_text():
		time.sleep(0.01)
	assert daemons.stop("worker", seconds=0.3)
	assert daemons.running("worker") is None


def test_a_damaged_note_is_no_process(daemons: Daemons, tmp_path: Path) -> None:
	(tmp_path / "processes").mkdir()
	(tmp_path / "processes" / "web.json").write_text("{")
	assert daemons.running("web") is None


def test_a_taken_port_is_named_with_a_way_on() -> None:
	with socket.socket() as other:
		other.bind(("127.0.0.1", 0))
		other.listen()
		port = other.getsockname()[1]
		assert not is_free(port)
		with pytest.raises(BringUpError, match=f"Port {port}") as raised:
			demand_free("WEB_PORT", port, "run")
	assert "make run WEB_PORT=" in str(raised.value)


def test_a_failed_command_is_told_with_the_end_of_its_output(
	tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
	steps = Steps(tmp_path)
	with pytest.raises(BringUpError, match="Frappe's source: did not work") as raised:
		with steps.step("Frappe's source") as step:
			step.run(
				["sh", "-c", "echo one; echo Could not resolve host: git.example >&2; exit 3"], party="Git"
			)
	assert "Git could not be reached" in str(raised.value)
	assert "Could not resolve host" in capsys.readouterr().out
	assert (tmp_path / "frappe-s-source.log").read_text().startswith("one\n")


def test_a_command_gets_its_input_and_its_output_goes_to_a_file(tmp_path: Path) -> None:
	with Steps(tmp_path / "log").step("copy") as step:
		step.run(["cat"], text="secret", stdout=tmp_path / "out")
	assert (tmp_path / "out").read_text() == "secret"


def test_the_first_failure_ends_what_runs_beside_it(tmp_path: Path) -> None:
	steps = Steps(tmp_path)

	def slow() -> None:
		with steps.step("slow") as step:
			step.run(SLEEP)

	def failing() -> None:
		with steps.step("failing") as step:
			step.run(["sh", "-c", "sleep 0.3; exit 1"])

	started = time.monotonic()
	with pytest.raises(BringUpError, match="failing: did not work"):
		steps.together(slow, failing)
	assert time.monotonic() - started < 30


def test_a_command_whose_failure_ends_nothing_is_in_the_table_and_its_output_is_kept(tmp_path: Path) -> None:
	steps = Steps(tmp_path)
	with steps.step("the app's tests") as step:
		assert not step.succeeds(["sh", "-c", "echo one; exit 1"], cwd=tmp_path, env=os.environ)
		assert step.succeeds(["true"], cwd=tmp_path, env=os.environ)
	assert steps.log_of("the app's tests").read_text() == "one\n"
	assert [name for name, _seconds in steps.times] == ["the app's tests"]


def test_nothing_more_is_begun_once_the_steps_are_cancelled(tmp_path: Path) -> None:
	steps = Steps(tmp_path)
	with pytest.raises(Cancelled), steps.step("the app's tests") as step:
		steps.cancel()
		step.succeeds(["true"], cwd=tmp_path, env=os.environ)


@pytest.mark.parametrize(
	("output", "words"),
	[
		("fatal: unable to access: Could not resolve host: git.example", "PyPI could not be reached"),
		("npm ERR! code ENOTFOUND", "PyPI could not be reached"),
		("OSError: [Errno 28] No space left on device", "The disk is full"),
		("ssl: CERTIFICATE_VERIFY_FAILED", "certificate is not trusted"),
		("cp: cannot create: Permission denied", "another user"),
	],
)
def test_causes_are_told_from_the_output(output: str, words: str) -> None:
	assert words in explain(output, "PyPI")[0]


def test_an_unknown_cause_is_not_guessed_at() -> None:
	assert explain("Segmentation fault", "PyPI") == []


def test_progress_bars_are_left_out_of_the_end_of_an_output() -> None:
	assert last_lines("Updating: 1%\rUpdating: 100%\n\nfailed\n", 5) == ["Updating: 100%", "failed"]
