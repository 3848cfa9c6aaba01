"""bench commands of the app: `bench --site SITE <command>`. Each stands in the file named as the part of the app it is about."""

from covid_portal.commands import (
	bulletins,
	citizens,
	demo,
	directives,
	privacy,
	publishing,
	reporting,
	setup,
)

commands = [
	command
	for subject in (setup, demo, reporting, directives, bulletins, publishing, privacy, citizens)
	for command in subject.COMMANDS
]
