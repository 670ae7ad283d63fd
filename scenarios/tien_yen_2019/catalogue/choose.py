"""Choose the 303 district and 99 commune procedures of the scenario and give each its numbers."""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

HERE = Path(__file__).parent
Row = dict[str, str]
Base = dict[str, Row]  # base list of one level by code, in list order
Volumes = dict[str, tuple[Fraction, str]]  # dossiers a year and origin, by code


@dataclass(frozen=True)
class Level:
    """A level of government: how many procedures it lists, dossiers it receives a year, its journeys."""

    listed: int
    yearly: int
    journey: str
    on_the_spot: str


@dataclass(frozen=True)
class Rule:
    """Rows left out: those meeting every condition given; `drops` is how many this must be."""

    level: str
    drops: int
    reason: str
    fields: tuple[str, ...] = ()
    name: str = ""
    note: str = ""
    codes: tuple[str, ...] = ()
    repeats: bool = False
    keep: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pool:
    """A `share` (%) of a level's dossiers and how it is split; volumes.toml tells what the fields mean."""

    level: str
    fields: list[str]
    share: Fraction
    steep: int
    tail: int
    flagships: list[str]


# 900 a month at the centre, 150 a month at each of 12 commune desks: README, "Volumes".
LEVELS = {
    "district": Level(303, 12 * 900, "department", "on-the-spot"),
    "commune": Level(99, 12 * 12 * 150, "commune", "commune-on-the-spot"),
}

# In order; README.md tells them in words.
RULES = (
    Rule("district", 16, "vertical agencies with desks of their own: police, social insurance, military",
         fields=("An ninh, trật tự (Công an)", "Cấp chứng minh nhân dân (Công an)", "Bảo hiểm xã hội",
                 "Quân sự, nghĩa vụ quân sự")),
    Rule("district", 3, "support in the COVID-19 epidemic: not yet in 2019", name=r"(?i)covid"),
    Rule("district", 3, "the province's own matters, a district's only if delegated",
         fields=("Xây dựng, quy hoạch",), name=r"(UBND|Ủy ban nhân dân) cấp tỉnh"),
    Rule("commune", 10, "military",
         fields=("Quân sự, nghĩa vụ quân sự", "Chính sách quân nhân, người tham gia kháng chiến")),
    # The monthly allowance stays: the commune's own council reviews and posts it, and it carries volume.
    Rule("commune", 48, "repeat a district procedure: the commune takes the file in and passes it on",
         fields=("Đất đai", "Người có công", "Bảo trợ xã hội", "Trẻ em", "Hòa giải ở cơ sở"), repeats=True,
         keep=("c-social-protection-08",)),
    Rule("commune", 2, "added to the base list from Decree 131/2021: not yet in 2019",
         note=r"Decree 131/2021; not in the Phú Thọ base list"),
    # Cultured family, and commendation for a political task.
    Rule("commune", 2, "superseded, or doubled, by the row beside it",
         codes=("c-emulation-01", "c-emulation-06")),
)  # fmt: skip

# Commune rows that repeat a district row in other words (`repeats` finds the equally worded ones itself).
REWORDED = {
    "c-social-protection-05": "d-social-protection-05", "c-social-protection-09": "d-social-protection-09",
    "c-mediation-05": "d-mediation-01", "c-merit-03": "d-merit-02", "c-merit-11": "d-merit-10",
    "c-land-10": "d-land-23", "c-land-13": "d-land-26",
}  # fmt: skip

# Building permits under later codes: listed, but in 2019 the same permits run under the codes 02-06 and 21.
LATER_CODES = {f"d-construction-{number:02d}" for number in range(7, 13)}

# Land matters with neither registration nor tax: disputes, recovery, compensation, appraisal of demand.
LAND_WITHOUT_REGISTRATION = re.compile(
    r"Giải quyết tranh chấp|Hồ sơ chủ trương|Phê duyệt phương án bồi thường|Thu hồi|Thẩm định nhu cầu"
)

WORK_FACTORS = (
    ("certification", r"hợp đồng, giao dịch liên quan|di sản|di chúc", "2",
     "assumed: a deed is read and signed by all parties, a copy is compared"),
    ("land", r"lần đầu$|lần đầu đối với tài sản", "1.5", "assumed: the land's origin and bounds are checked"),
)  # fmt: skip

MISSPELT = {
    "có có thẩm quyền": "có thẩm quyền", "đo nhà đầu tư": "do nhà đầu tư", "đưa quyển": "đưa quyền",
    "học cở sở": "học cơ sở", "hòa viên": "hòa giải viên", "Căm - pu - chia": "Cam-pu-chia",
}  # fmt: skip

LAW = re.compile(r"quoting|on Decree|on Art\.|table of Art\.")
COLUMNS = (
    "code", "name", "field", "level", "journey", "deadline", "deadline_origin", "volume", "volume_origin",
    "work_factor", "work_factor_origin",
)  # fmt: skip


def main(folder: Path) -> None:
    """Write both tables into `folder`; ValueError if a rule or a count does not come out as stated."""
    slugs = {field["title_vi"]: field["slug"] for field in read(HERE / "fields.csv")}
    rows = read(HERE / "procedures.csv")
    bases = {level: coded(rows, level, slugs) for level in LEVELS}
    for level in LEVELS:
        chosen = choose(level, bases)
        write(folder / f"{level}.csv", describe(level, chosen, bases[level], volumes_of(level, chosen)))


def read(path: Path) -> list[Row]:
    """Read the rows of a UTF-8 table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, table: list[Row]) -> None:
    """Write the table as UTF-8 with line feeds, the same bytes on every platform."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


def coded(rows: list[Row], level: str, slugs: dict[str, str]) -> Base:
    """Give the rows of one level codes, numbered over the whole base list: no rule can renumber a row."""
    base: Base = {}
    numbers: Counter[str] = Counter()
    for row in rows:
        if row["level"] == level:
            numbers[row["field_vi"]] += 1
            # Fields left out whole have no slug: their own title serves, as these codes are never written.
            slug = slugs.get(row["field_vi"], row["field_vi"])
            code = f"{level[0]}-{slug}-{numbers[row['field_vi']]:02d}"
            base[code] = {**row, "slug": slug, "name": spelt(row["name_vi"])}
    return base


def spelt(name: str) -> str:
    """Mend the base list's misspellings, and a text typed twice in a row."""
    for wrong, right in MISSPELT.items():
        name = name.replace(wrong, right)
    return re.sub(r"^(.{20,})\1$", r"\1", name)


def choose(level: str, bases: dict[str, Base]) -> Base:
    """Apply a level's rules to its base list, in order."""
    chosen = bases[level]
    twins = {wording(row["name"]) for row in bases["district"].values()}
    missing = [twin for twin in REWORDED.values() if twin not in bases["district"]]
    require(not missing, f"REWORDED names {missing}, which the district list lacks")
    for rule in (rule for rule in RULES if rule.level == level):
        left_out = {code for code, row in chosen.items() if applies(rule, code, row, twins)}
        require(len(left_out) == rule.drops, f"'{rule.reason}' drops {len(left_out)} rows, not {rule.drops}")
        chosen = {code: row for code, row in chosen.items() if code not in left_out}
    require(len(chosen) == LEVELS[level].listed, f"{level}: {len(chosen)} rows, not {LEVELS[level].listed}")
    return chosen


def applies(rule: Rule, code: str, row: Row, twins: set[str]) -> bool:
    """Tell whether a rule leaves a row out."""
    return (
        code not in rule.keep
        and (not rule.fields or row["field_vi"] in rule.fields)
        and (not rule.codes or code in rule.codes)
        and re.search(rule.name, row["name"]) is not None
        and re.search(rule.note, row["deadline_note"]) is not None
        and (not rule.repeats or code in REWORDED or wording(row["name"]) in twins)
    )


def wording(name: str) -> str:
    """Strip a name of what differs between the levels' lists: 'Thủ tục', '(cấp xã)', case, marks."""
    plain = re.sub(r"^thủ tục\s+|\s*[-(]\s*cấp xã\)?$", "", name.lower())
    return " ".join(re.findall(r"\w+", plain))


def require(condition: bool, message: str) -> None:
    """Raise ValueError with the message unless the condition holds."""
    if not condition:
        raise ValueError(message)


def describe(level: str, chosen: Base, base: Base, volumes: Volumes) -> list[Row]:
    """Describe the chosen procedures, one row each; `base` supplies the medians of the fields."""
    table = []
    for code, row in chosen.items():
        deadline, deadline_origin = deadline_of(row, base)
        volume, volume_origin = volumes[code]
        journey = journey_of(LEVELS[level], row, deadline)
        values = (code, row["name"], row["slug"], level, journey, deadline, deadline_origin,
                  f"{float(volume):g}", volume_origin, *work_factor(row))  # fmt: skip
        table.append(dict(zip(COLUMNS, values, strict=True)))
    return table


def deadline_of(row: Row, base: Base) -> tuple[str, str]:
    """Return deadline and origin: as sourced, else the median of the field, else of the level."""
    if row["deadline_value"]:
        source = row["source_title"].split(" | deadline: ")[-1]
        kind = "law" if LAW.search(source) else "comparable"
        return deadline_text(row), "; ".join(filter(None, (f"{kind}: {source}", remark(row))))
    known = [other for other in base.values() if other["deadline_value"]]
    same_field = [other for other in known if other["slug"] == row["slug"]]
    peers = sorted(same_field or known, key=lambda r: (int(r["deadline_value"]), r["deadline_unit"]))
    origin = f"assumed: median of the {'field' if same_field else 'level'}'s known deadlines (n={len(peers)})"
    return deadline_text(peers[(len(peers) - 1) // 2]), "; ".join(filter(None, (origin, remark(row))))


def deadline_text(row: Row) -> str:
    """Write a known deadline in the scenario's notation."""
    if row["deadline_unit"] == "same_day":
        return "same day"
    plural = "" if row["deadline_value"] == "1" else "s"
    return f"{row['deadline_value']} {row['deadline_unit'].replace('_', ' ')}{plural}"


def remark(row: Row) -> str:
    """Return the base list's note on a deadline, without what the source already says."""
    said = r"(^|; )(deadline source:|not in the Phú Thọ base list,|deadline not found|name seen without) .*$"
    return re.sub(said, "", row["deadline_note"]).replace("->", "to")


def journey_of(level: Level, row: Row, deadline: str) -> str:
    """Send certification and same-day services on the spot, district land through its own chain."""
    if row["slug"] == "certification" or deadline == "same day":
        return level.on_the_spot
    registered = row["slug"] == "land" and not LAND_WITHOUT_REGISTRATION.match(row["name"])
    return "land" if registered and row["level"] == "district" else level.journey


def work_factor(row: Row) -> tuple[str, str]:
    """Return the multiplier of the journey's handling minutes and its origin; both empty where it is 1."""
    for slug, name, factor, origin in WORK_FACTORS:
        if row["slug"] == slug and re.search(name, row["name"]):
            return factor, origin
    return "", ""


def volumes_of(level: str, chosen: Base) -> Volumes:
    """Split the level's yearly total over its pools; the volumes add up to it exactly."""
    table = tomllib.loads((HERE / "volumes.toml").read_text(encoding="utf-8"), parse_float=Fraction)
    pools = [Pool(**pool) for pool in table["pool"] if pool["level"] == level]
    slugs = {row["slug"] for row in chosen.values()}
    named = {slug for pool in pools for slug in pool.fields}
    volumes: Volumes = {}
    for pool in pools:
        fields = set(pool.fields) or slugs - named
        volumes |= split(pool, [code for code, row in chosen.items() if row["slug"] in fields])
    total = sum(volume for volume, _ in volumes.values())
    require(total == LEVELS[level].yearly, f"{level}: volumes add up to {total}, not {LEVELS[level].yearly}")
    return volumes


def split(pool: Pool, members: list[str]) -> Volumes:
    """Split a pool's dossiers: flagships by rank, a tail for the rest, none for later codes."""
    unknown = set(pool.flagships) - set(members)
    require(not unknown, f"flagships {sorted(unknown)} are not among the chosen procedures")
    rest = [code for code in members if code not in pool.flagships and code not in LATER_CODES]
    tail = Fraction(pool.tail if rest else 0, 100)
    ranks = {code: Fraction(1, rank**pool.steep) for rank, code in enumerate(pool.flagships, 1)}
    weights = {code: (1 - tail) * weight / sum(ranks.values()) for code, weight in ranks.items()}
    weights |= {code: tail / len(rest) for code in rest}
    yearly = LEVELS[pool.level].yearly * Fraction(pool.share) / 100
    dossiers = in_tenths({code: yearly * weight for code, weight in weights.items()})
    fields = " + ".join(pool.fields) or "all other fields"
    part = f"assumed: {float(pool.share):g} % of the {pool.level} total for {fields}"
    rank = {code: f"flagship {place} of {len(ranks)}, weight 1/rank^{pool.steep}"
            for place, code in enumerate(pool.flagships, 1)}  # fmt: skip
    equal = f"one of {len(rest)} sharing {pool.tail} % of it equally"
    volumes = {code: (amount, f"{part}; {rank.get(code, equal)}") for code, amount in dossiers.items()}
    later = (Fraction(0), "assumed: none in 2019, the permit is counted under its earlier code")
    return volumes | {code: later for code in members if code in LATER_CODES}


def in_tenths(shares: dict[str, Fraction]) -> dict[str, Fraction]:
    """Round to tenths of a dossier and keep the sum (largest remainders, ties in list order)."""
    tenths = {code: int(share * 10) for code, share in shares.items()}
    spare = int(sum(shares.values()) * 10) - sum(tenths.values())
    first = set(sorted(shares, key=lambda code: tenths[code] - shares[code] * 10)[:spare])
    return {code: Fraction(amount + (code in first), 10) for code, amount in tenths.items()}


if __name__ == "__main__":
    main(HERE)
