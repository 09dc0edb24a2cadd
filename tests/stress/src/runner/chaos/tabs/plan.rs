//! What happens to the tabs, as a seed decides.

use std::{fmt, time::Duration};

use fastrand::Rng;
use typed_eventsource_e2e::BrowserKind;

use super::way::Way;

/// The most tabs at a time.
const MOST_TABS: usize = 8;
/// The most tabs with separate connections. A browser has six to a host over HTTP/1.1, and a page needs some to be loaded.
const MOST_OWN: usize = 4;
/// As many tabs at least are neither frozen nor suspended.
const FEWEST_LIVING: usize = 2;
/// After as many steps a tab that is frozen or suspended goes on. The server and the hub have what it misses meanwhile.
const LONGEST_AWAY: usize = 15;
/// To open a tab is as likely as this many other steps, since three kinds end one.
const OPENINGS: usize = 3;

/// What happens in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Open,
    Close,
    Reload,
    /// The tab goes to another page, and then is closed.
    Navigate,
    /// The process of the tab ends.
    Crash,
    Freeze,
    Unfreeze,
    /// The tab's script waits at a `debugger` statement.
    Suspend,
    Resume,
    /// The tab goes to another page and back, perhaps from the back/forward cache.
    Back,
    /// The process of the shared worker ends.
    KillWorker,
    /// The server resets all connections.
    Cut,
}

impl Kind {
    const ALL: [Self; 12] = [
        Self::Open,
        Self::Close,
        Self::Reload,
        Self::Navigate,
        Self::Crash,
        Self::Freeze,
        Self::Unfreeze,
        Self::Suspend,
        Self::Resume,
        Self::Back,
        Self::KillWorker,
        Self::Cut,
    ];

    /// The kinds that a browser can do. Those that need DevTools are Chromium's alone.
    fn possible(browser: BrowserKind, way: Way) -> Vec<Self> {
        let is_possible = |kind: &Self| match kind {
            Self::Crash | Self::Freeze | Self::Unfreeze | Self::Suspend | Self::Resume => {
                browser == BrowserKind::Chromium
            }
            Self::KillWorker => browser == BrowserKind::Chromium && way.has_worker(),
            _ => true,
        };
        Self::ALL.into_iter().filter(is_possible).collect()
    }

    /// The condition that a tab has to be in.
    fn acts_on(self) -> Option<Condition> {
        match self {
            Self::Open | Self::KillWorker | Self::Cut => None,
            Self::Unfreeze => Some(Condition::Frozen),
            Self::Resume => Some(Condition::Suspended),
            _ => Some(Condition::Living),
        }
    }

    /// The condition that a tab is in afterwards, if it is still there.
    fn leads_to(self) -> Option<Condition> {
        match self {
            Self::Close | Self::Navigate | Self::Crash => None,
            Self::Freeze => Some(Condition::Frozen),
            Self::Suspend => Some(Condition::Suspended),
            _ => Some(Condition::Living),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Open => "open",
            Self::Close => "close",
            Self::Reload => "reload",
            Self::Navigate => "navigate",
            Self::Crash => "crash",
            Self::Freeze => "freeze",
            Self::Unfreeze => "unfreeze",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Back => "back",
            Self::KillWorker => "kill worker",
            Self::Cut => "cut",
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    Living,
    Frozen,
    Suspended,
}

/// The number of a tab, from 1.
pub(crate) type Number = usize;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) kind: Kind,
    /// The tab that the step acts on; 0 for none.
    pub(crate) tab: Number,
    /// How long the tab is not shown that goes back.
    pub(crate) absence: Duration,
    /// The time until the next step.
    pub(crate) pause: Duration,
}

impl fmt::Display for Step {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, tab, .. } = self;
        match tab {
            0 => write!(to, "{kind}"),
            _ => write!(to, "{kind}, tab {tab}"),
        }
    }
}

/// A tab as the plan knows it.
#[derive(Clone, Copy, Debug)]
struct PlannedTab {
    number: Number,
    condition: Condition,
    /// The step since which it is in this condition.
    since: usize,
}

/// An endless plan: the steps of a seed.
#[derive(Debug)]
pub(crate) struct Plan {
    random: Rng,
    possible: Vec<Kind>,
    longest_pause: Duration,
    most_tabs: usize,
    tabs: Vec<PlannedTab>,
    opened: Number,
    steps: usize,
}

impl Plan {
    pub(crate) fn new(seed: u64, browser: BrowserKind, way: Way, longest_pause: Duration) -> Self {
        Self {
            random: Rng::with_seed(seed),
            possible: Kind::possible(browser, way),
            longest_pause,
            most_tabs: match way {
                Way::Own => MOST_OWN,
                _ => MOST_TABS,
            },
            tabs: Vec::new(),
            opened: 0,
            steps: 0,
        }
    }

    /// A step that opens a tab, up to this many tabs.
    pub(crate) fn open(&mut self, tabs: usize) -> Option<Step> {
        let is_wanted = self.tabs.len() < tabs.min(self.most_tabs);
        is_wanted.then(|| self.step(Kind::Open, 0))
    }

    /// A step by which a tab goes on that is frozen or suspended, if there is one.
    pub(crate) fn go_on(&mut self) -> Option<Step> {
        let mut away = self.tabs.iter();
        let tab = *away.find(|tab| tab.condition != Condition::Living)?;
        Some(self.going_on(tab))
    }

    fn going_on(&mut self, tab: PlannedTab) -> Step {
        let kind = match tab.condition {
            Condition::Suspended => Kind::Resume,
            _ => Kind::Unfreeze,
        };
        self.step(kind, tab.number)
    }

    /// How many tabs are frozen or suspended.
    pub(crate) fn away(&self) -> usize {
        self.tabs.len() - self.living().len()
    }

    /// The tabs that are neither frozen nor suspended.
    pub(crate) fn living(&self) -> Vec<Number> {
        self.in_condition(Condition::Living)
    }

    fn in_condition(&self, condition: Condition) -> Vec<Number> {
        let tabs = self.tabs.iter().filter(|tab| tab.condition == condition);
        tabs.map(|tab| tab.number).collect()
    }

    fn step(&mut self, kind: Kind, number: Number) -> Step {
        self.steps += 1;
        let number = match kind {
            Kind::Open => {
                self.opened += 1;
                self.opened
            }
            _ => number,
        };
        self.tabs.retain(|tab| tab.number != number);
        if number != 0 {
            self.tabs
                .extend(kind.leads_to().map(|condition| PlannedTab {
                    number,
                    condition,
                    since: self.steps,
                }));
        }
        let part = |part: f64| self.longest_pause.mul_f64(part);
        let (absence, pause) = (part(self.random.f64() / 4.0), self.random.f64());
        // Some steps follow at once.
        let is_close = self.random.u8(..10) < 3;
        Step {
            kind,
            tab: number,
            absence,
            pause: part(if is_close { pause / 30.0 } else { pause }),
        }
    }

    fn is_possible(&self, kind: Kind) -> bool {
        let living = self.living().len();
        match kind.acts_on() {
            _ if kind == Kind::Open => self.tabs.len() < self.most_tabs,
            None => true,
            Some(Condition::Living) if kind.leads_to() == Some(Condition::Living) => living > 0,
            Some(Condition::Living) => living > FEWEST_LIVING,
            Some(condition) => !self.in_condition(condition).is_empty(),
        }
    }
}

impl Iterator for Plan {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let is_due = |tab: &&PlannedTab| {
            tab.condition != Condition::Living && self.steps - tab.since >= LONGEST_AWAY
        };
        if let Some(&tab) = self.tabs.iter().find(is_due) {
            return Some(self.going_on(tab));
        }
        let possible = self.possible.iter().copied();
        let mut kinds: Vec<_> = possible.filter(|kind| self.is_possible(*kind)).collect();
        if kinds.contains(&Kind::Open) {
            kinds.extend([Kind::Open; OPENINGS - 1]);
        }
        let kind = self.random.choice(kinds)?;
        let tabs = kind.acts_on().map(|condition| self.in_condition(condition));
        let tab = self.random.choice(tabs.unwrap_or_default());
        Some(self.step(kind, tab.unwrap_or(0)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn plan(seed: u64, browser: BrowserKind, way: Way) -> Plan {
        Plan::new(seed, browser, way, Duration::from_secs(1))
    }

    fn kinds(browser: BrowserKind, way: Way) -> BTreeSet<Kind> {
        let steps = plan(7, browser, way).take(1000);
        steps.map(|step| step.kind).collect()
    }

    #[test]
    fn a_seed_has_the_same_steps_each_time() {
        let steps = |seed| -> Vec<_> {
            let plan = plan(seed, BrowserKind::Chromium, Way::Worker);
            plan.take(100).collect()
        };
        assert_eq!(steps(7), steps(7));
        assert_ne!(steps(7), steps(8));
    }

    #[test]
    fn a_browser_is_asked_only_for_what_it_can_do() {
        let all = BTreeSet::from(Kind::ALL);
        assert_eq!(kinds(BrowserKind::Chromium, Way::Worker), all);
        let locks = kinds(BrowserKind::Chromium, Way::Locks);
        assert_eq!(Vec::from_iter(&all - &locks), [Kind::KillWorker]);
        let firefox = [
            Kind::Open,
            Kind::Close,
            Kind::Reload,
            Kind::Navigate,
            Kind::Back,
            Kind::Cut,
        ];
        assert_eq!(
            kinds(BrowserKind::Firefox, Way::Worker),
            BTreeSet::from(firefox)
        );
    }

    #[test]
    fn there_are_neither_too_many_nor_too_few_tabs_and_none_is_away_for_long() {
        let mut plan = plan(7, BrowserKind::Chromium, Way::Worker);
        let mut most = 0;
        while plan.open(3).is_some() {}
        assert_eq!(plan.tabs.len(), 3);
        for _ in 0..1000 {
            plan.next();
            assert!(plan.living().len() >= FEWEST_LIVING);
            assert!(plan.tabs.len() <= MOST_TABS);
            most = most.max(plan.tabs.len());
            let is_late = |tab: &PlannedTab| {
                tab.condition != Condition::Living && plan.steps - tab.since > LONGEST_AWAY + 8
            };
            assert!(!plan.tabs.iter().any(is_late));
        }
        assert_eq!(most, MOST_TABS);
        while plan.go_on().is_some() {}
        assert_eq!(plan.living().len(), plan.tabs.len());
    }
}
