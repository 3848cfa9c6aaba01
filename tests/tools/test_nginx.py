"""The configuration of nginx: every name is filled in, and without a whole nginx there is none."""

import re
from dataclasses import replace
from pathlib import Path

from bring_up import nginx
from bring_up.settings import read_settings

HERE = Path(__file__).resolve().parents[2]


def test_every_name_of_the_template_is_filled_in(tmp_path: Path) -> None:
	(tmp_path / "deploy").symlink_to(HERE / "deploy")
	settings = read_settings({}, tmp_path)
	program = nginx.Program(Path("nginx"), Path("module.so"))
	text = nginx.write_config(
		settings, program, "web", "a.localhost", "[::1]:8000", tmp_path / "web.sock"
	).read_text()
	assert not re.findall(r"@[A-Z_]+@", text)
	assert "listen [::1]:8000 default_server" in text
	assert f"server unix:{tmp_path}/web.sock" in text
	assert text.count("{") == text.count("}")
	outside = {
		path
		for path in re.findall(r"(?<=\s)/[\w./-]+(?=[;/\s])", text)
		if path.startswith(("/var", "/etc", "/run"))
	}
	assert outside == set()


def test_an_nginx_without_its_module_is_not_used(tmp_path: Path) -> None:
	settings = replace(read_settings({}, tmp_path), root=tmp_path)
	binary = tmp_path / ".run" / "nginx-packages" / "usr" / "sbin" / "nginx"
	binary.parent.mkdir(parents=True)
	binary.write_text("#!/bin/sh\n")
	binary.chmod(0o755)
	unpacked = nginx.Program(binary, tmp_path / ".run" / "nginx-packages" / nginx.MODULES / nginx.MODULE)
	assert not nginx.works(unpacked)
	unpacked.module.parent.mkdir(parents=True)
	unpacked.module.touch()
	assert nginx.works(unpacked)
	assert nginx.find_program(settings) is not None
	assert not nginx.works(replace(unpacked, binary=tmp_path / "none"))
