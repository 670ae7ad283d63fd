"""The hall of the reference engine: queues, teams, and who works on what.

State and mechanics only; which task, which team and who stays late are questions to :mod:`sim.engine.rules`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sim.engine import rules
from sim.engine.contract import Draws, Kind, Plan


class Queue:
    """Tasks waiting, in the order in which they will be taken."""

    def __init__(self) -> None:
        self.entries: list[tuple[int, float, int]] = []  # (priority, key, task)

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[int]:
        return (task for _, _, task in self.entries)

    def head(self) -> tuple[int, float, int]:
        """The entry that is taken next."""
        return self.entries[0]

    def insert(self, entry: tuple[int, float, int]) -> None:
        """Add an entry at its place."""
        self.entries.insert(self._place(entry), entry)

    def remove(self, entry: tuple[int, float, int]) -> None:
        """Take an entry out, wherever it stands."""
        place = self._place(entry)
        assert self.entries[place] == entry, f"task {entry[2]} is not where its queue should have it"
        del self.entries[place]

    def _place(self, entry: tuple[int, float, int]) -> int:
        low, high = 0, len(self.entries)
        while low < high:
            middle = (low + high) // 2
            if rules.goes_before(*self.entries[middle], *entry):
                low = middle + 1
            else:
                high = middle
        return low


class Team:
    """The people of one team."""

    def __init__(self, number: int, site: int, tiers: list[frozenset[int]]) -> None:
        self.number = number
        self.site = site
        self.tiers = tiers  # queues, first tier first
        self.staff = 0  # on the roster and present
        self.staying = 0  # present when the site closed, for desk work only
        self.at_work: list[int] = []  # tasks in the order in which they were started
        self.charged = 0.0  # overtime is counted up to this instant


class Hall:
    """Queues and teams of all sites. `start` and `stop` tell the clockwork that a spell is about to begin or end."""

    def __init__(
        self, plan: Plan, draws: Draws, start: Callable[[int, Team], None], stop: Callable[[int, Team], None]
    ) -> None:
        self.start_spell, self.stop_spell = start, stop
        self.kind, self.queue_of = draws.kind.tolist(), draws.queue.tolist()
        self.desk = plan.queue_desk.tolist()
        self.site = plan.queue_site.tolist()
        self.queues = [Queue() for _ in self.desk]
        self.entry: dict[int, tuple[int, float, int]] = {}  # of tasks waiting or at work
        self._waits: set[int] = set()  # tasks
        self._busy: set[int] = set()  # queues in which anything waits
        self.teams = [
            Team(number, int(site), list(_tiers(plan, number))) for number, site in enumerate(plan.team_site)
        ]
        self.servers = [
            [self.teams[team] for team in plan.server_team[first:last]]
            for first, last in zip(plan.server_start[:-1], plan.server_start[1:], strict=True)
        ]
        self.concerned: set[int] = set()  # teams that people or work came to since work was taken
        sites = len(plan.serve_all)
        self.waiting = [0] * sites  # citizens waiting at each site
        self.in_building = [0] * sites  # citizens waiting or being served

    # --- tasks come and go ---

    def join(self, task: int, priority: int, key: float) -> None:
        """A task enters its queue; whoever may takes it at once, for desk work interrupting office work."""
        queue = self.queue_of[task]
        self.entry[task] = (priority, key, task)
        self._wait(task)
        self._offer(queue)
        if self.desk[queue] and self.is_waiting(task):
            self._interrupt_for(task)

    def leave(self, task: int) -> None:
        """A waiting task goes away unserved."""
        self._no_longer_waits(task)
        del self.entry[task]

    def finish(self, task: int, team: Team) -> None:
        """A spell ends with the work done."""
        team.at_work.remove(task)
        del self.entry[task]
        self.concerned.add(team.number)

    def is_waiting(self, task: int) -> bool:
        """The task stands in its queue."""
        return task in self._waits

    def waiting_citizens(self, site: int) -> list[int]:
        """The tasks of a site's citizens who wait, ascending."""
        queues = (queue for queue in self._busy if self.site[queue] == site and self.desk[queue])
        return sorted(task for queue in queues for task in self.queues[queue])

    def served_at_once(self, queue: int) -> bool:
        """A citizen joining this queue now would not wait."""
        return any(
            self._may_start(team, True) or self._office_task(team) >= 0 for team in self.servers[queue]
        )

    def can_be_served(self, queue: int) -> bool:
        """Somebody who serves the queue is on duty, or stays late."""
        return any(team.staff > 0 or team.staying > 0 for team in self.servers[queue])

    def citizen_leaves(self, site: int) -> None:
        """A citizen leaves the building; after the last one those who stayed late go home too."""
        self.in_building[site] -= 1
        if self.in_building[site] == 0:
            for team in self.teams:
                if team.site == site:
                    team.staying = 0

    # --- people come and go ---

    def change_roster(self, team: Team, staff: int, staying: int) -> None:
        """So many people of the team are on duty from now on, or `staying` in all for desk work."""
        team.staff, team.staying = staff, staying
        self.concerned.add(team.number)
        while len(team.at_work) > staff and (task := self._office_task(team)) >= 0:
            self._interrupt(task, team)
            self.concerned.update(server.number for server in self.servers[self.queue_of[task]])

    def take(self) -> None:
        """The teams concerned take work, in the order of the file."""
        for number in sorted(self.concerned):
            self._take_work(self.teams[number])
        self.concerned.clear()

    # --- mechanics ---

    def _take_work(self, team: Team) -> None:
        """People of the team take waiting tasks while there are both."""
        while True:
            anything = self._may_start(team, False)
            if not anything and not self._may_start(team, True):
                return
            task = self._best(team, desk_only=not anything)
            if task < 0:
                return
            self._start(task, team)

    def _may_start(self, team: Team, desk: bool) -> bool:
        in_building = self.in_building[team.site]
        return rules.may_start(desk, team.staff, len(team.at_work), team.staying, in_building)

    def _best(self, team: Team, desk_only: bool) -> int:
        for tier in team.tiers:
            best: tuple[int, float, int] | None = None
            for queue in tier & self._busy:
                if self.desk[queue] or not desk_only:
                    head = self.queues[queue].head()
                    if best is None or rules.goes_before(*head, *best):
                        best = head
            if best is not None:
                return best[2]
        return -1

    def _office_task(self, team: Team) -> int:
        return next((task for task in reversed(team.at_work) if self.kind[task] == Kind.OFFICE), -1)

    def _offer(self, queue: int) -> None:
        for team in self.servers[queue]:
            self._take_work(team)

    def _interrupt_for(self, task: int) -> None:
        for team in self.servers[self.queue_of[task]]:
            office_task = self._office_task(team)
            if office_task >= 0:
                self._interrupt(office_task, team)
                self._start(task, team)
                self._offer(self.queue_of[office_task])
                return

    def _interrupt(self, task: int, team: Team) -> None:
        self.stop_spell(task, team)
        team.at_work.remove(task)
        self._wait(task)

    def _start(self, task: int, team: Team) -> None:
        self._no_longer_waits(task)
        self.start_spell(task, team)
        team.at_work.append(task)

    def _wait(self, task: int) -> None:
        queue = self.queue_of[task]
        self.queues[queue].insert(self.entry[task])
        self._busy.add(queue)
        self._waits.add(task)
        self.waiting[self.site[queue]] += self.desk[queue]

    def _no_longer_waits(self, task: int) -> None:
        queue = self.queue_of[task]
        self.queues[queue].remove(self.entry[task])
        if not self.queues[queue]:
            self._busy.remove(queue)
        self._waits.remove(task)
        self.waiting[self.site[queue]] -= self.desk[queue]


def _tiers(plan: Plan, team: int) -> Iterator[frozenset[int]]:
    for tier in range(plan.tier_start[team], plan.tier_start[team + 1]):
        queues = plan.tier_queue[plan.tier_queue_start[tier] : plan.tier_queue_start[tier + 1]]
        yield frozenset(queues.tolist())
