//! What is to happen, in plain lists: a panic is an error that is handed on.

use std::collections::{BTreeMap, VecDeque};

use super::acts::{Act, Kind, PLAYS, SOURCES, Scripts, Setting, rule};

struct Panicked;

type Played = Result<(), Panicked>;

pub(super) struct Model {
    setting: Setting,
    scripts: Scripts,
    pub(super) journal: Vec<String>,
    pub(super) reports: usize,
    calls: BTreeMap<usize, usize>,
    plays: usize,
    last_id: u64,
    sources: Vec<Source>,
    /// The sources that have a connection, in the order in which they connected.
    connections: Vec<usize>,
    /// Those who listen, or did.
    listeners: Vec<Listener>,
    /// The sources that have more to do when the event loop turns, in the order in which they had.
    rescues: Vec<usize>,
    /// The sources that wait to open another connection, in the order in which they set their timers.
    timers: Vec<usize>,
}

#[derive(Default)]
struct Source {
    tasks: VecDeque<Task>,
    is_running: bool,
    end: Option<End>,
    /// Whether its connection has been answered.
    is_open: bool,
    failures: usize,
    highest: Option<u64>,
    is_anew: bool,
    /// Who listens to each name that the server knows to be listened to, and to the rest.
    names: BTreeMap<usize, Vec<usize>>,
    others: BTreeMap<&'static str, Vec<usize>>,
}

impl Source {
    /// How many ids are missing before this one, if it is the first behind all others of a connection.
    fn go_on(&mut self, id: u64) -> u64 {
        let Some(highest) = self.highest else {
            self.highest = Some(id);
            self.is_anew = false;
            return 0;
        };
        if id <= highest {
            return 0;
        }
        self.highest = Some(id);
        let missed = id - highest - 1;
        if std::mem::take(&mut self.is_anew) {
            missed
        } else {
            0
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    Requested,
    Failed,
}

#[derive(Clone, Copy)]
enum Task {
    Opened,
    Event {
        name: usize,
        id: u64,
    },
    /// An event that nobody listens to, over `fetch`.
    Unheard {
        id: u64,
    },
    Lost {
        is_final: bool,
    },
    Settle {
        is_final: bool,
    },
    Wait,
    /// The wait is over.
    Due,
    Connect,
    Fail,
    End {
        is_heard: bool,
    },
}

struct Listener {
    kind: Kind,
    source: usize,
    name: usize,
    is_held: bool,
    /// Whether it hears events, or what else it listens to.
    is_alive: bool,
    /// Of a stream: whether it hears what is no event.
    hears_notices: bool,
    pending: VecDeque<String>,
    has_ended: bool,
    is_waited_for: bool,
}

impl Model {
    pub(super) fn new(setting: Setting, scripts: Scripts) -> Self {
        Self {
            setting,
            scripts,
            journal: vec![],
            reports: 0,
            calls: BTreeMap::new(),
            plays: 0,
            last_id: 0,
            sources: vec![Source {
                names: setting
                    .watched
                    .map(|name| (name, vec![]))
                    .into_iter()
                    .collect(),
                ..Source::default()
            }],
            connections: vec![0],
            listeners: vec![],
            rescues: vec![],
            timers: vec![],
        }
    }

    pub(super) fn play(&mut self, act: Act) {
        // Who is outside hears of a panic, and goes on.
        let _ = self.act(act);
        while !self.rescues.is_empty() {
            let source = self.rescues.remove(0);
            let _ = self.drain(source);
        }
    }

    fn act(&mut self, act: Act) -> Played {
        match act {
            Act::Send(name) => {
                self.last_id += 1;
                let id = self.last_id;
                self.open()?;
                self.each_connection(|model, source| {
                    if model.sources[source].names.contains_key(&name) {
                        model.signal(source, Task::Event { name, id })
                    } else if model.setting.is_fetch {
                        model.signal(source, Task::Unheard { id })
                    } else {
                        Ok(())
                    }
                })
            }
            Act::Skip => {
                self.last_id += 1;
                Ok(())
            }
            Act::Open => self.open(),
            Act::Lose => self.lose(false),
            Act::Fail => self.lose(true),
            Act::Reconnect => {
                self.reconnect();
                Ok(())
            }
            Act::Add(kind, source, name) => {
                self.add(kind, source % self.sources.len(), name);
                Ok(())
            }
            Act::Drop(number) => {
                self.drop(number);
                Ok(())
            }
            Act::Poll(number) => {
                self.poll(number);
                Ok(())
            }
            Act::Close(source) => self.close(source % self.sources.len(), End::Requested),
            Act::OpenSource => {
                if self.sources.len() < SOURCES {
                    self.connections.push(self.sources.len());
                    self.sources.push(Source::default());
                }
                Ok(())
            }
            Act::Panic => Err(Panicked),
        }
    }

    // The server

    fn each_connection(&mut self, mut go: impl FnMut(&mut Self, usize) -> Played) -> Played {
        for source in self.connections.clone() {
            let is_served = source < self.setting.served;
            if is_served && self.connections.contains(&source) {
                go(self, source)?;
            }
        }
        Ok(())
    }

    fn open(&mut self) -> Played {
        self.each_connection(|model, source| {
            if std::mem::replace(&mut model.sources[source].is_open, true) {
                return Ok(());
            }
            model.signal(source, Task::Opened)
        })
    }

    fn lose(&mut self, is_final: bool) -> Played {
        self.each_connection(|model, source| {
            model.sources[source].is_open = false;
            model.signal(source, Task::Lost { is_final })
        })
    }

    /// Each timer fires by itself, whoever has panicked before.
    fn reconnect(&mut self) {
        for source in std::mem::take(&mut self.timers) {
            if self.sources[source].end.is_none() {
                let _ = self.signal(source, Task::Due);
            }
        }
    }

    // Who listens

    fn add(&mut self, kind: Kind, source: usize, name: usize) {
        let number = self.listeners.len();
        let end = self.sources[source].end;
        let mut pending = VecDeque::new();
        if end == Some(End::Failed) {
            pending.push_back("error".to_owned());
        }
        self.listeners.push(Listener {
            kind,
            source,
            name,
            is_held: true,
            is_alive: end.is_none(),
            hears_notices: end.is_none(),
            pending,
            has_ended: end.is_some(),
            is_waited_for: false,
        });
        if end.is_some() {
            return;
        }
        let Source { names, others, .. } = &mut self.sources[source];
        let mut other = |kind| others.entry(kind).or_default().push(number);
        match kind {
            Kind::Event => names.entry(name).or_default().push(number),
            Kind::Stream => {
                names.entry(name).or_default().push(number);
                other("notice");
            }
            Kind::Gap => other("gap"),
            Kind::Error => other("error"),
            Kind::State => other("state"),
        }
    }

    fn drop(&mut self, number: usize) {
        if self.listeners.is_empty() {
            return;
        }
        let number = number % self.listeners.len();
        let listener = &mut self.listeners[number];
        if !std::mem::replace(&mut listener.is_held, false) {
            return;
        }
        listener.is_alive = false;
        listener.hears_notices = false;
        let (kind, source, name) = (listener.kind, listener.source, listener.name);
        if !matches!(kind, Kind::Event | Kind::Stream) {
            return;
        }
        let names = &mut self.sources[source].names;
        let is_alive = |number: &usize| self.listeners[*number].is_alive;
        if !names.get(&name).is_some_and(|all| all.iter().any(is_alive)) {
            names.remove(&name);
        }
    }

    fn poll(&mut self, number: usize) {
        let number = number % self.listeners.len().max(1);
        let Some(stream) = self.listeners.get_mut(number) else {
            return;
        };
        if stream.kind != Kind::Stream || !stream.is_held {
            return;
        }
        for item in stream.pending.drain(..) {
            self.journal.push(format!("{number} yields {item}"));
        }
        if stream.has_ended {
            self.journal.push(format!("{number} yields none"));
        }
        stream.is_waited_for = !stream.has_ended;
    }

    // The sources

    fn signal(&mut self, source: usize, task: Task) -> Played {
        self.sources[source].tasks.push_back(task);
        self.drain(source)
    }

    fn then(&mut self, source: usize, task: Task) {
        self.sources[source].tasks.push_front(task);
        self.see_to(source);
    }

    fn see_to(&mut self, source: usize) {
        if !self.rescues.contains(&source) {
            self.rescues.push(source);
        }
    }

    fn drain(&mut self, source: usize) -> Played {
        if self.sources[source].is_running {
            self.see_to(source);
            return Ok(());
        }
        while let Some(task) = self.sources[source].tasks.pop_front() {
            if !self.sources[source].tasks.is_empty() {
                self.see_to(source);
            }
            self.sources[source].is_running = true;
            let played = self.perform(source, task);
            self.sources[source].is_running = false;
            played?;
        }
        self.rescues.retain(|other| *other != source);
        Ok(())
    }

    fn perform(&mut self, source: usize, task: Task) -> Played {
        let this = &mut self.sources[source];
        match task {
            Task::End { is_heard } => return self.end(source, is_heard),
            _ if this.end.is_some() => {}
            Task::Opened => {
                this.is_anew = true;
                self.round(source, "state", "open")?;
            }
            Task::Event { name, id } => {
                let missed = this.go_on(id);
                if missed > 0 {
                    self.round(source, "gap", &format!("gap {missed}"))?;
                }
                self.sources[source].failures = 0;
                if let Some(all) = self.sources[source].names.get(&name).cloned() {
                    self.tell_all(&all, &id.to_string())?;
                }
            }
            Task::Lost { is_final } => {
                this.failures += 1;
                self.then(source, Task::Settle { is_final });
                self.called(rule(source), "rule")?;
                self.sources[source].tasks.pop_front();
                self.settle(source, is_final, self.setting.reopens)?;
            }
            // Its rule has panicked: only `fetch` reopens by itself.
            Task::Settle { is_final } => self.settle(source, is_final, self.setting.is_fetch)?,
            Task::Unheard { id } => {
                this.failures = 0;
                let missed = this.go_on(id);
                if missed > 0 {
                    self.round(source, "gap", &format!("gap {missed}"))?;
                }
            }
            Task::Due => {
                self.then(source, Task::Connect);
                self.round(source, "state", "connecting")?;
            }
            Task::Connect => {
                this.is_open = false;
                self.connections.push(source);
            }
            Task::Wait => {
                let waiting = format!("waiting {}", this.failures);
                self.round(source, "state", &waiting)?;
            }
            Task::Fail => self.close(source, End::Failed)?,
        }
        Ok(())
    }

    fn settle(&mut self, source: usize, is_final: bool, reopens: bool) -> Played {
        let is_closed = self.sources[source].end.is_some();
        if is_final && !is_closed {
            self.then(source, Task::Fail);
            return Ok(());
        }
        if !is_closed {
            if reopens {
                self.connections.retain(|other| *other != source);
                // They tell of a connection that is no more.
                self.sources[source]
                    .tasks
                    .retain(|task| !matches!(task, Task::Opened | Task::Lost { .. }));
                self.timers.push(source);
            }
            self.then(source, Task::Wait);
        }
        let is_heard = self.hears_errors(source);
        self.round(source, "error", "error")?;
        self.round(source, "notice", "error")?;
        self.reports += usize::from(!is_heard);
        Ok(())
    }

    fn close(&mut self, source: usize, end: End) -> Played {
        let this = &mut self.sources[source];
        if this.end.is_some() {
            return Ok(());
        }
        this.end = Some(end);
        self.connections.retain(|other| *other != source);
        this.others.remove("gap");
        let names = std::mem::take(&mut this.names);
        if end == End::Requested {
            this.others.remove("error");
        }
        for listener in &mut self.listeners {
            let goes = match listener.kind {
                Kind::Event | Kind::Gap | Kind::Stream => true,
                Kind::Error => end == End::Requested,
                Kind::State => false,
            };
            listener.is_alive &= listener.source != source || !goes;
        }
        drop(names);
        let is_heard = self.hears_errors(source);
        self.signal(source, Task::End { is_heard })
    }

    fn end(&mut self, source: usize, is_heard: bool) -> Played {
        let Some(end) = self.sources[source].end else {
            return Ok(());
        };
        self.then(source, Task::End { is_heard: true });
        if end == End::Failed {
            self.round_once(source, "error", "error")?;
            self.reports += usize::from(!is_heard);
        }
        self.round_once(source, "notice", "end")?;
        let state = if end == End::Failed {
            "failed"
        } else {
            "closed"
        };
        self.round_once(source, "state", state)?;
        self.sources[source].tasks.pop_front();
        Ok(())
    }

    fn hears_errors(&self, source: usize) -> bool {
        let others = &self.sources[source].others;
        let any = |kind: &str, hears: fn(&Listener) -> bool| {
            let mut all = others.get(kind).into_iter().flatten();
            all.any(|number| hears(&self.listeners[*number]))
        };
        any("error", |listener| listener.is_alive) || any("notice", |stream| stream.hears_notices)
    }

    // Rounds

    fn round(&mut self, source: usize, kind: &'static str, what: &str) -> Played {
        let all = self.sources[source].others.get(kind).cloned();
        for number in all.unwrap_or_default() {
            if kind == "notice" {
                self.notify(number, what, false)?;
            } else {
                self.tell_all(&[number], what)?;
            }
        }
        Ok(())
    }

    /// For the last time: each is told once, whoever panics.
    fn round_once(&mut self, source: usize, kind: &'static str, what: &str) -> Played {
        while let Some(all) = self.sources[source].others.get_mut(kind)
            && !all.is_empty()
        {
            let number = all.remove(0);
            if kind == "notice" {
                self.notify(number, what, true)?;
            } else if std::mem::replace(&mut self.listeners[number].is_alive, false) {
                self.called(number, what)?;
            }
        }
        Ok(())
    }

    fn tell_all(&mut self, all: &[usize], what: &str) -> Played {
        for number in all {
            if !self.listeners[*number].is_alive {
                continue;
            }
            let told = if self.listeners[*number].kind == Kind::Stream {
                self.push(*number, what)
            } else {
                self.called(*number, what)
            };
            // One that panics is lost.
            self.listeners[*number].is_alive &= told.is_ok();
            told?;
        }
        Ok(())
    }

    fn notify(&mut self, number: usize, what: &str, is_last: bool) -> Played {
        let stream = &mut self.listeners[number];
        if !stream.hears_notices {
            return Ok(());
        }
        let told = if is_last {
            stream.hears_notices = false;
            stream.has_ended = true;
            if self.sources[stream.source].end == Some(End::Failed) {
                stream.pending.push_back("error".to_owned());
            }
            self.wake(number)
        } else {
            self.push(number, what)
        };
        self.listeners[number].hears_notices &= told.is_ok();
        told
    }

    fn push(&mut self, number: usize, item: &str) -> Played {
        self.listeners[number].pending.push_back(item.to_owned());
        self.wake(number)
    }

    fn wake(&mut self, number: usize) -> Played {
        if std::mem::take(&mut self.listeners[number].is_waited_for) {
            self.called(number, "wake")?;
        }
        Ok(())
    }

    fn called(&mut self, callback: usize, what: &str) -> Played {
        self.journal.push(format!("{callback} {what}"));
        if self.plays == PLAYS {
            return Ok(());
        }
        self.plays += 1;
        let call = self.calls.entry(callback).or_default();
        *call += 1;
        let acts = self.scripts.of(callback, *call).to_vec();
        acts.into_iter().try_for_each(|act| self.act(act))
    }
}
