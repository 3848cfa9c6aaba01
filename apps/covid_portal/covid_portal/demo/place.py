"""The communes of a province as arrays, and the places where the demo's outbreaks start."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from covid_portal.demo.population import kilometres, remoteness

# The market lies this far from the largest city: near enough to trade with it, too far to be its suburb.
MARKET_KM = (20.0, 70.0)
REMOTE_DISTRICTS = 4


@dataclass(frozen=True)
class Place:
	"""Communes sorted by code; `district` is each commune's index into `districts` (codes, sorted)."""

	codes: np.ndarray
	district: np.ndarray
	districts: np.ndarray
	km: np.ndarray
	total: np.ndarray
	adults: np.ndarray
	elderly: np.ndarray
	teens: np.ndarray
	share: np.ndarray
	highland: np.ndarray
	hub: int
	market: int
	remote: tuple[int, ...]

	@classmethod
	def of(cls, communes: pd.DataFrame) -> "Place":
		"""From the frame that `epidemic.simulate` takes; raises ValueError for a commune listed twice."""
		communes = communes.sort_values("code", ignore_index=True)
		if communes["code"].duplicated().any():
			raise ValueError(
				f"commune listed twice: {communes['code'][communes['code'].duplicated()].iloc[0]}"
			)
		district, codes = pd.factorize(communes["district"].astype(str), sort=True)
		people = {
			group: communes[group].to_numpy(dtype=np.int64)
			for group in ("total", "adults", "elderly", "teens")
		}
		km = _district_distances(communes, district)
		hub = _hub(communes, district)
		return cls(
			codes=communes["code"].astype(str).to_numpy(dtype=object),
			district=district,
			districts=np.asarray(codes, dtype=object),
			km=km,
			**people,
			share=people["total"] / np.bincount(district, people["total"])[district],
			highland=remoteness(km[hub])[district],
			hub=hub,
			market=_market(km[hub], np.bincount(district, people["total"]), hub),
			remote=tuple(int(d) for d in np.argsort(-km[hub], kind="stable")[:REMOTE_DISTRICTS]),
		)

	@property
	def seeded(self) -> tuple[int, ...]:
		"""Districts where an outbreak of the demo starts."""
		return tuple(dict.fromkeys((self.hub, self.market, *self.remote)))

	@property
	def remotest(self) -> int:
		return self.remote[0]

	def largest(self, district: int, count: int) -> np.ndarray:
		"""Indices of the district's most populous communes."""
		inside = np.flatnonzero(self.district == district)
		return inside[np.argsort(-self.total[inside], kind="stable")[:count]]

	def by_district(self, figures: np.ndarray) -> np.ndarray:
		"""Sums over the communes (last axis) of each district."""
		return figures @ np.eye(len(self.districts), dtype=figures.dtype)[self.district]


def _district_distances(communes: pd.DataFrame, district: np.ndarray) -> np.ndarray:
	centres = communes.groupby(district)[["district_latitude", "district_longitude"]].first().astype(float)
	return kilometres(centres["district_latitude"].to_numpy(), centres["district_longitude"].to_numpy())


def _hub(communes: pd.DataFrame, district: np.ndarray) -> int:
	"""The largest city: most people in wards, or simply most people where there are no wards."""
	urban = communes["total"].where(communes["kind"] == "Ward", 0).to_numpy(dtype=float)
	return int(
		np.argmax(np.bincount(district, urban if urban.any() else communes["total"].to_numpy(dtype=float)))
	)


def _market(km: np.ndarray, persons: np.ndarray, hub: int) -> int:
	near = (km > MARKET_KM[0]) & (km < MARKET_KM[1])
	candidates = near if near.any() else np.arange(len(km)) != hub
	return int(np.argmax(np.where(candidates, persons, -1)))
