"""What a person is told when something does not work: one sentence, and the way on."""


class BringUpError(Exception):
	"""`sentence` says what is wrong; each of `ways_on` says something that helps."""

	def __init__(self, sentence: str, *ways_on: str) -> None:
		super().__init__(sentence)
		self.sentence = sentence
		self.ways_on = ways_on

	def __str__(self) -> str:
		return "\n".join([f"✗ {self.sentence}", *(f"  → {way}" for way in self.ways_on)])
