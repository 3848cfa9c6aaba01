"""A synthetic population for the demo. Illustrative: these are not census figures.

Only the total is chosen to be of a real province's order. How it is shared out follows from the kind of an
area (wards are larger than communes) and, where the districts' positions are given, from how far a district
lies from the largest city (remote communes are smaller and younger).
"""

import numpy as np
import pandas as pd

PERSONS = 3_640_000

# Relative size of one commune-level area.
SIZE_BY_KIND = {"Ward": 1.55, "Township": 1.2, "Commune": 1.0}

# Share of the total in a lowland commune, and how much of it is added in a remote one.
SHARE_BY_GROUP = {
	"adults": (0.735, -0.045),
	"elderly": (0.102, -0.038),
	"people_50": (0.272, -0.072),
	"teens": (0.092, 0.022),
}
# Remoteness begins this far from the largest city, and is complete this much farther.
LOWLAND_KM = 40.0
HIGHLAND_KM = 60.0

KM_PER_DEGREE = 111.2


def synthetic(areas: pd.DataFrame, seed: int, persons: int = PERSONS) -> pd.DataFrame:
	"""Illustrative persons of every commune (level 3) in the groups total, adults, elderly, people_50, teens.

	`areas` has code, parent, kind, level, and may have latitude and longitude (of the districts). The totals
	of all communes add up to `persons` exactly; a district is the sum of its communes. Columns: area,
	population_group, persons. Same seed, same figures.
	"""
	communes = areas[areas["level"].astype(int) == 3].sort_values("code")
	rng = np.random.default_rng(seed)
	remote = _remoteness(areas, communes)
	totals = _totals(communes, remote, persons, rng)
	groups = {"total": totals, **_groups(totals, remote, rng)}
	return pd.concat(
		[
			pd.DataFrame(
				{"area": communes["code"].astype(str).to_numpy(), "population_group": group, "persons": n}
			)
			for group, n in groups.items()
		],
		ignore_index=True,
	).sort_values(["area", "population_group"], ignore_index=True)


def kilometres(latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
	"""Distances between all pairs of points, in km: flat, which is right to 1 % within a province."""
	east = longitude * np.cos(np.radians(np.mean(latitude)))
	return KM_PER_DEGREE * np.hypot(np.subtract.outer(latitude, latitude), np.subtract.outer(east, east))


def remoteness(km: np.ndarray) -> np.ndarray:
	"""0 in the lowlands around the largest city, 1 in the farthest highlands, from the distance in km."""
	return np.clip((km - LOWLAND_KM) / HIGHLAND_KM, 0.0, 1.0)


def _totals(communes: pd.DataFrame, remote: np.ndarray, persons: int, rng: np.random.Generator) -> np.ndarray:
	size = communes["kind"].map(SIZE_BY_KIND).fillna(1.0).to_numpy(dtype=float)
	weights = size * (1.0 - 0.45 * remote) * rng.lognormal(0.0, 0.28, len(communes))
	exact = persons * weights / weights.sum()
	whole = np.floor(exact).astype(np.int64)
	whole[np.argsort(whole - exact)[: persons - whole.sum()]] += 1
	return whole


def _groups(totals: np.ndarray, remote: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
	"""Persons of each age group; the noise is small enough that a wider group stays the larger one."""
	groups = {}
	for group, (lowland, added) in SHARE_BY_GROUP.items():
		share = (lowland + added * remote) * rng.normal(1.0, 0.02, len(totals)).clip(0.95, 1.05)
		groups[group] = np.rint(totals * share).astype(np.int64)
	return groups


def _remoteness(areas: pd.DataFrame, communes: pd.DataFrame) -> np.ndarray:
	"""Remoteness of each commune's district; without positions, few communes count as remote."""
	sizes = communes.groupby("parent").size()
	wards = communes[communes["kind"] == "Ward"].groupby("parent").size()
	if {"latitude", "longitude"} <= set(areas.columns):
		centres = areas.set_index("code").loc[sizes.index, ["latitude", "longitude"]].astype(float)
		if centres.notna().all(axis=None):
			hub = sizes.index.get_loc((wards if len(wards) else sizes).idxmax())
			km = kilometres(centres["latitude"].to_numpy(), centres["longitude"].to_numpy())[hub]
			return pd.Series(remoteness(km), index=sizes.index).loc[communes["parent"]].to_numpy()
	few = ((18 - sizes) / 10).clip(0.0, 1.0)
	few[few.index.isin(wards.index)] = 0.0
	return few.loc[communes["parent"]].to_numpy()
