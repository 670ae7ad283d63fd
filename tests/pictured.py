"""Tables that pictures show, made up: as many scenarios, sites, fields and teams as are asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

SITES = {
    "centre": "Trung tâm Hành chính công huyện Tiên Yên",
    "commune": "Bộ phận Tiếp nhận và Trả kết quả cấp xã",
}
FIELDS = ["Đăng ký biện pháp bảo đảm", "Hộ tịch", "Đất đai", "Lưu thông hàng hóa (rượu, thuốc lá)"]
TEAMS = ["Quầy tài nguyên – môi trường", "Công chức tư pháp – hộ tịch và văn hóa – xã hội cấp xã", "Văn thư"]
LONG = "Thêm một cán bộ ở quầy tư pháp – hộ tịch, bốn trong mười hồ sơ nộp trực tuyến và trả kết quả tại nhà"
SCENARIOS = ("Quầy đất đai có hai người", LONG, "digital.online_share = 0.4")
CAUSES = ["work", "person", "outside", "signing", "citizen", "agency", "rework"]


def frame(rows: list[dict[str, Any]], columns: list[str] | None = None, **constant: Any) -> pd.DataFrame:
    """Rows as a table; without rows, one with no rows."""
    return pd.DataFrame(rows, columns=columns if not rows else None).assign(**constant)


def named(names: list[str] | tuple[str, ...], count: int) -> list[str]:
    """So many names, numbered from the second round on."""
    return [names[i % len(names)] + f" {i // len(names)}" * (i >= len(names)) for i in range(count)]


def waits_over_day(count: int) -> pd.DataFrame:
    rows = []
    for site, title in list(SITES.items())[:count]:
        about = {"site": site, "title": title}
        for minute in [*range(420, 690, 30), *range(810, 960, 30)]:
            for line, factor in (("p50", 0.3), ("p90", 2), ("p95", 3)):
                wait = factor * (4 + 3 * np.sin(minute / 60)) * (site == "centre")
                rows.append({**about, "line": line, "minute": minute, "wait": wait, "visits": 100.0})
        for measure, wait in (("wait.p90", 15.0), ("wait.p90", 30.0)):
            rows.append({**about, "line": "target", "wait": wait, "measure": measure})
    return frame(rows, ["site"], replications=4)


def waits_by_hour(count: int) -> pd.DataFrame:
    rows = [
        {
            "site": site,
            "title": title,
            "weekday": day,
            "hour": hour,
            "wait": abs(20 - hour - day),
            "visits": 50,
        }
        for site, title in list(SITES.items())[:count]
        for day in range(6)
        for hour in (7, 8, 9, 10, 11, 13, 14, 15, 16)
    ]
    return frame(rows, ["site"], replications=4)


def people_by_half_hour(count: int) -> pd.DataFrame:
    rows = [
        {
            "site": "centre",
            "team": f"t{i}",
            "team_title": team,
            "minute": minute,
            "needed": i % 3 + 0.2,
            "rostered": 1,
            "load": i % 3 + 0.2,
        }
        for i, team in enumerate(named(TEAMS, count))
        for minute in range(420, 1020, 30)
    ]
    return frame(rows, ["team"], title=SITES["centre"])


def on_time_rates(count: int) -> pd.DataFrame:
    rows = []
    for site, title in list(SITES.items())[:count]:
        goal, met = (0.9, 0.87) if site == "centre" else (np.nan, np.nan)
        about = {"site": site, "title": title, "at_least": goal, "met": met}
        whole = 0.908 if site == "centre" else 0.9997
        rows.append(rate(whole, 12_345, about | {"field": "", "field_title": ""}))
        for i, field in enumerate(named(FIELDS, count)):
            rows.append(
                rate((0.696, 0.9997, 1.0)[i % 3], 500, about | {"field": f"f{i}", "field_title": field})
            )
    return frame(rows, ["site"], replications=4)


def rate(mean: float, n: int, about: dict[str, Any]) -> dict[str, Any]:
    low, high = max(0, mean - 0.3 * (1.02 - mean)), min(1, mean + 0.3 * (1 - mean))
    return {**about, "rate": mean, "low": low, "high": high, "n": n}


def reported_rates(count: int) -> pd.DataFrame:
    rates = ((0.9, True, 0.908), (0.9997, False, 0.9997), (1.0, False, 0.999), (0.755, False, 0.756))
    rows = []
    for i, name in enumerate(named(list(SITES.values()), count)):
        told, above, mean = rates[i % len(rates)]
        rows.append(rate(mean, 27_000, {"title": f"{name}: rất hài lòng", "reported": told, "above": above}))
    return frame(rows, ["title"])


def days_by_cause(count: int) -> pd.DataFrame:
    rows = []
    for site, title in list(SITES.items())[: min(count, 2)]:
        for i, field in enumerate(["", *named(FIELDS, count)]):
            days = np.arange(1, 8) * (i + 1) % 5
            about = {"site": site, "title": title, "field": f"f{i}" * (i > 0), "field_title": field}
            about |= {"total": float(days.sum()), "n": 12_571}
            rows += [
                {**about, "cause": cause, "days": float(x)} for cause, x in zip(CAUSES, days, strict=True)
            ]
    return frame(rows, ["site"], replications=4)


def backlog_by_day(count: int) -> pd.DataFrame:
    rows = []
    for site, title in list(SITES.items())[:count]:
        for i, day in enumerate(pd.date_range("2019-01-02", "2019-12-31")):
            middle = (200 if site == "centre" else 13) * (1 + 0.1 * np.sin(i / 20))
            fan = {"least": 0.9, "low": 0.97, "median": 1.0, "high": 1.03, "most": 1.1}
            closed = "tet" if 33 <= i < 40 else "holiday" if i in (103, 117, 118, 119, 243) else ""
            spread = {name: middle * factor for name, factor in fan.items()}
            rows.append({"site": site, "title": title, "date": day, "closed": closed, **spread})
    return frame(rows, ["site"], replications=10 if count > 1 else 1)


def utilisation_by_hour(count: int) -> pd.DataFrame:
    rows = [
        {"team": f"t{i}", "team_title": team, "hour": hour, "utilisation": ((i + hour) % 12) / 10}
        for i, team in enumerate(named(TEAMS, count))
        for hour in (np.nan, *range(7, 17))
        if hour != 12
    ]
    for row in rows:
        row["utilisation"] = 0.5 if np.isnan(row["utilisation"]) else row["utilisation"]
    return frame(rows, ["team"], site="centre", title=SITES["centre"], load=0.5, replications=4)


def paired_differences(count: int) -> pd.DataFrame:
    panels = [("wait.mean", "min", "centre", 1.0), ("on_time.rate", "fraction", "centre", 0.005)]
    panels.append(("on_time.rate", "fraction", "commune", 0.005))
    cases = (
        (-3.0, 0.5, "better"),
        (2.5, 0.5, "worse"),
        (0.1, 0.2, "no practical difference"),
        (0.9, 2.0, "undecided"),
    )
    rows = []
    for measure, unit, site, threshold in panels:
        for i, title in enumerate(named(SCENARIOS, count)):
            mean, half, verdict = cases[i % len(cases)]
            scale = 0.01 if unit == "fraction" else 1.0
            about = {
                "scenario": f"s{i}",
                "title": title,
                "measure": measure,
                "unit": unit,
                "panel": SITES[site],
                "citizens": "",
            }
            bounds = {"difference": mean * scale, "low": (mean - half) * scale, "high": (mean + half) * scale}
            rows.append({**about, **bounds, "threshold": threshold, "verdict": verdict})
    return frame(rows, ["scenario"], replications=20)


def costs_and_waits(count: int) -> pd.DataFrame:
    rows = []
    for i, title in enumerate(named(SCENARIOS, count)):
        cost, service = 3.4e9 + 1e7 * (i % 4), 10.0 - i % 5
        about = {"scenario": f"s{i}", "title": title, "measure": "wait.p90", "unit": "min"}
        costs = {"cost": cost, "cost_low": cost - 1e6, "cost_high": cost + 1e6}
        gives = {"service": service, "service_low": service - 1, "service_high": service + 1}
        rows.append({**about, **costs, **gives})
    return frame(rows, ["scenario"], site_title=SITES["centre"], replications=20)


def sweep_grid(count: int) -> pd.DataFrame:
    rows = [
        {"x": 0.05 * i, "y": float(j), "value": 30 / j - 12 * 0.05 * i, "low": 0.0, "high": 40.0}
        for i in range(count)
        for j in (1, 2, 3, 4)
    ]
    titles = {"x_title": "Tỷ lệ hồ sơ trực tuyến", "y_title": "Cán bộ ở quầy đất đai"}
    about = {"measure": "wait.p90", "where": SITES["centre"], "unit": "min", "replications": 6}
    return frame(rows, ["x"], **titles, **about, at_most=15.0, at_least=np.nan)


def sweep_line(count: int) -> pd.DataFrame:
    rates = [0.85 + 0.1 * i / max(count, 1) for i in range(count)]
    rows = [{"x": 0.05 * i, "value": x, "low": x - 0.01, "high": x + 0.01} for i, x in enumerate(rates)]
    titles = {"x_title": "Tỷ lệ hồ sơ trực tuyến", "y_title": "", "y": np.nan}
    about = {"measure": "on_time.rate", "where": SITES["centre"], "unit": "fraction", "replications": 6}
    return frame(rows, ["x"], **titles, **about, at_most=np.nan, at_least=0.9)


def swings(count: int) -> pd.DataFrame:
    rows = [
        {
            "title": title,
            "low_title": "3 ngày",
            "high_title": "9 ngày",
            "at_low": 0.908 + s,
            "at_high": 0.908 - 2 * s,
        }
        for title, s in zip(named(SCENARIOS, count), 0.03 / np.arange(1, count + 1), strict=True)
    ]
    return frame(
        rows,
        ["title"],
        base=0.908,
        measure="on_time.rate",
        where=SITES["centre"],
        unit="fraction",
        replications=6,
    )


def life_by_day(count: int) -> pd.DataFrame:
    days = pd.date_range("2019-05-07", periods=7 * count) if count else []
    doing = ["person", "agency", "citizen", "signing", "ready"]
    rows = [
        {"date": day, "open": day.day_of_week < 5, "doing": doing[i // 7 % 5], "worked": i % 6 == 0}
        for i, day in enumerate(days)
    ]
    table = frame(rows, ["date"], dossier="d-land-22#30", procedure=LONG)
    number = np.arange(len(table))
    last = 7 * count - 1
    return table.assign(
        filed=number == 0, received=number == 0, due=number == last - 2, ready=number == last - 1
    )


def counters(count: int) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for i, team in enumerate(named(TEAMS, count)):
        about = {"team": f"t{i}", "team_title": team, "seat": 0}
        for kind, began, ended in (("duty", 420, 690), ("citizen", 431 + i, 452), ("papers", 460, 500)):
            rows.append({**about, "kind": kind, "began": float(began), "ended": float(ended)})
    return frame(rows, ["team"], place=SITES["centre"], date=pd.Timestamp("2019-04-16"))


def journey_steps(count: int) -> pd.DataFrame:
    titles = ["Tiếp nhận hồ sơ", "Cấp giấy tiếp nhận hồ sơ và hẹn trả kết quả", "Có kết quả"]
    minutes = (12.5, 11_800.0, 0.0)
    rows = [
        {"step": f"s{i}", "title": title, "loop": i % 4 == 2, "share": 0.12 if i % 4 == 2 else 1.0}
        | {"minutes": minutes[i % 3], "n": 5_000}
        for i, title in enumerate(named(titles, count))
    ]
    return frame(rows, ["step"], procedure=LONG, dossiers=5_033, replications=4)


TABLES = {
    "wait_over_day": [waits_over_day],
    "wait_by_hour": [waits_by_hour],
    "people_needed": [people_by_half_hour],
    "on_time_by_field": [on_time_rates],
    "days_by_cause": [days_by_cause],
    "backlog": [backlog_by_day],
    "utilisation": [utilisation_by_hour],
    "differences": [paired_differences],
    "sweep": [sweep_grid, sweep_line],
    "cost_against_service": [costs_and_waits],
    "tornado": [swings],
    "dossier_life": [life_by_day],
    "day_at_counters": [counters],
    "journey": [journey_steps],
    "reported": [reported_rates],
}
