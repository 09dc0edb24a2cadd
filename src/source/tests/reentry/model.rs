//! The expected behaviour, in plain lists. A panic is an error that is passed on once everything is reported.

use std::collections::{BTreeMap, VecDeque};

use super::acts::{ACTING_CALLS, Act, Kind, SOURCES, Scripts, Setting, rule_number};

struct Panicked;

type ActResult = Result<(), Panicked>;

pub(super) struct Model {
    setting: Setting,
    scripts: Scripts,
    pub(super) journal: Vec<String>,
    pub(super) reports: usize,
    calls: BTreeMap<usize, usize>,
    acting_calls: usize,
    last_id: u64,
    sources: Vec<Source>,
    /// The sources that have a connection, in the order in which they connected.
    connections: Vec<usize>,
    /// All listeners, those that were removed included.
    listeners: Vec<Listener>,
    /// The sources that wait to open another connection, in the order in which they set their timers.
    timers: Vec<usize>,
}

#[derive(Default)]
struct Source {
    tasks: VecDeque<Task>,
    outputs: VecDeque<Output>,
    is_running: bool,
    has_panicked: bool,
    /// Whether its rule is being asked, and about a failure for good.
    is_asking: Option<bool>,
    /// Whether the console has a line of an error of each kind: of a loss, and of a failure for good.
    has_line: [bool; 2],
    /// Whether there were further errors of each kind.
    has_rest: [bool; 2],
    end: Option<End>,
    /// Whether the server has answered its connection.
    is_open: bool,
    /// Whether it has to set a timer.
    is_waiting: bool,
    failures: usize,
    /// The highest id of an event so far. Ids are above the one to continue from.
    highest: u64,
    is_first_of_connection: bool,
    /// The listeners of each event name that has any.
    names: BTreeMap<usize, Vec<usize>>,
    /// The listeners that hear anything but events, by what they hear.
    others: BTreeMap<&'static str, Vec<usize>>,
}

impl Source {
    /// Reports the ids that are missing before this one, if it is the first higher id of a connection.
    fn advance_to(&mut self, id: u64) {
        if id <= self.highest {
            return;
        }
        let missed = id - std::mem::replace(&mut self.highest, id) - 1;
        if std::mem::take(&mut self.is_first_of_connection) && missed > 0 {
            self.outputs.push_back(Output::Gap(missed));
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    Requested,
    Failed,
}

/// What happens to a source.
#[derive(Clone, Copy)]
enum Task {
    Opened,
    Event {
        name: usize,
        id: u64,
    },
    /// An event that nobody listens to, over `fetch`.
    Unlistened {
        id: u64,
    },
    Lost {
        is_final: bool,
    },
    /// The wait is over.
    Due,
}

/// What the source does about that.
enum Output {
    Connect,
    Disconnect,
    Gap(u64),
    Deliver { name: usize, id: u64 },
    Ask { is_final: bool },
    Report { is_final: bool },
    State(String),
    Closed,
}

struct Listener {
    kind: Kind,
    source: usize,
    name: usize,
    is_held: bool,
    /// Whether it still listens.
    is_alive: bool,
    /// Whether a stream still gets errors and the end.
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
            acting_calls: 0,
            last_id: 0,
            sources: vec![Source::default()],
            connections: vec![0],
            listeners: vec![],
            timers: vec![],
        }
    }

    pub(super) fn play(&mut self, act: Act) {
        // Outside of callbacks, the panic is caught.
        let _ = self.act(act);
    }

    fn act(&mut self, act: Act) -> ActResult {
        match act {
            Act::Send(name) => {
                self.last_id += 1;
                let id = self.last_id;
                self.open()?;
                self.each_connection(|model, source| {
                    if model.sources[source].names.contains_key(&name) {
                        model.signal(source, Task::Event { name, id })
                    } else if model.setting.is_fetch {
                        model.signal(source, Task::Unlistened { id })
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

    fn each_connection(&mut self, mut act: impl FnMut(&mut Self, usize) -> ActResult) -> ActResult {
        for source in self.connections.clone() {
            if self.connections.contains(&source) {
                act(self, source)?;
            }
        }
        Ok(())
    }

    fn open(&mut self) -> ActResult {
        self.each_connection(|model, source| {
            if std::mem::replace(&mut model.sources[source].is_open, true) {
                return Ok(());
            }
            model.signal(source, Task::Opened)
        })
    }

    fn lose(&mut self, is_final: bool) -> ActResult {
        self.each_connection(|model, source| {
            model.sources[source].is_open = false;
            model.signal(source, Task::Lost { is_final })
        })
    }

    /// Each timer fires, whatever has panicked before.
    fn reconnect(&mut self) {
        for source in std::mem::take(&mut self.timers) {
            let _ = self.signal(source, Task::Due);
        }
    }

    // The listeners

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

    fn signal(&mut self, source: usize, task: Task) -> ActResult {
        if self.sources[source].end.is_none() {
            self.sources[source].tasks.push_back(task);
        }
        self.drain(source)
    }

    fn drain(&mut self, source: usize) -> ActResult {
        if std::mem::replace(&mut self.sources[source].is_running, true) {
            return Ok(());
        }
        self.carry_out(source);
        while let Some(task) = self.sources[source].tasks.pop_front() {
            self.handle(source, task);
            self.carry_out(source);
        }
        let this = &mut self.sources[source];
        this.is_running = false;
        if std::mem::take(&mut this.is_waiting) && this.end.is_none() {
            self.timers.push(source);
        }
        if std::mem::take(&mut this.has_panicked) {
            return Err(Panicked);
        }
        Ok(())
    }

    fn handle(&mut self, source: usize, task: Task) {
        let this = &mut self.sources[source];
        match task {
            Task::Opened => {
                this.is_first_of_connection = true;
                this.outputs.push_back(Output::State("open".to_owned()));
            }
            Task::Event { name, id } => {
                this.failures = 0;
                this.advance_to(id);
                this.outputs.push_back(Output::Deliver { name, id });
            }
            Task::Unlistened { id } => {
                this.failures = 0;
                this.advance_to(id);
            }
            Task::Lost { is_final } => {
                this.failures += 1;
                this.is_asking = Some(is_final);
                this.outputs.push_back(Output::Ask { is_final });
            }
            Task::Due => {
                this.outputs
                    .push_back(Output::State("connecting".to_owned()));
                this.outputs.push_back(Output::Connect);
            }
        }
    }

    fn carry_out(&mut self, source: usize) {
        while let Some(output) = self.sources[source].outputs.pop_front() {
            match output {
                Output::Connect => {
                    self.sources[source].is_open = false;
                    self.connections.push(source);
                }
                Output::Disconnect => {
                    self.connections.retain(|other| *other != source);
                    // They are about a connection that is gone.
                    self.sources[source]
                        .tasks
                        .retain(|task| !matches!(task, Task::Opened | Task::Lost { .. }));
                }
                Output::Gap(missed) => self.dispatch(source, "gap", &format!("gap {missed}")),
                Output::Deliver { name, id } => {
                    if let Some(all) = self.sources[source].names.get(&name).cloned() {
                        self.call_all(source, &all, &id.to_string());
                    }
                }
                Output::Ask { is_final } => self.ask(source, is_final),
                Output::Report { is_final } => {
                    let is_told = self.is_told_errors(source);
                    self.dispatch(source, "error", "error");
                    self.dispatch(source, "notice", "error");
                    // One line of each kind in a minute, which is longer than all of this.
                    let (kind, this) = (usize::from(is_final), &mut self.sources[source]);
                    if !is_told && std::mem::replace(&mut this.has_line[kind], true) {
                        this.has_rest[kind] = true;
                    } else if !is_told {
                        self.reports += 1;
                    }
                }
                Output::State(state) => self.dispatch(source, "state", &state),
                Output::Closed => self.finish(source),
            }
        }
    }

    fn ask(&mut self, source: usize, is_final: bool) {
        let decided = self.call(rule_number(source), "rule");
        // Before the server has answered, only `fetch` reopens.
        let reopens = match decided {
            Ok(()) => self.setting.reopens,
            Err(Panicked) => self.setting.is_fetch,
        };
        let this = &mut self.sources[source];
        this.has_panicked |= decided.is_err();
        if this.is_asking.take().is_none() {
            return;
        }
        if is_final {
            return self.end(source, End::Failed);
        }
        if reopens {
            this.is_waiting = true;
            this.outputs.push_back(Output::Disconnect);
        }
        this.outputs.push_back(Output::Report { is_final });
        let waiting = format!("waiting {}", this.failures);
        this.outputs.push_back(Output::State(waiting));
    }

    fn close(&mut self, source: usize, end: End) -> ActResult {
        self.end(source, end);
        self.drain(source)
    }

    /// Takes effect at once, and is reported in its turn. Of the waiting reports, only errors are kept.
    fn end(&mut self, source: usize, end: End) {
        let this = &mut self.sources[source];
        if this.end.is_some() {
            return;
        }
        this.end = Some(end);
        this.tasks.clear();
        this.outputs
            .retain(|output| matches!(output, Output::Report { .. }));
        if let Some(is_final) = this.is_asking.take() {
            this.outputs.push_back(Output::Report { is_final });
        }
        this.outputs.push_back(Output::Closed);
        self.connections.retain(|other| *other != source);
        self.timers.retain(|other| *other != source);
        this.others.remove("gap");
        let names = std::mem::take(&mut this.names);
        if end == End::Requested {
            this.others.remove("error");
        }
        for listener in &mut self.listeners {
            let is_removed = match listener.kind {
                Kind::Event | Kind::Gap | Kind::Stream => true,
                Kind::Error => end == End::Requested,
                Kind::State => false,
            };
            listener.is_alive &= listener.source != source || !is_removed;
        }
        drop(names);
    }

    fn finish(&mut self, source: usize) {
        let end = self.sources[source].end;
        if end == Some(End::Failed) {
            let is_told = self.is_told_errors(source);
            self.dispatch(source, "error", "error");
            if !is_told {
                self.reports += 1;
                self.sources[source].has_rest[1] = false;
            }
        }
        self.dispatch(source, "notice", "end");
        let state = if end == Some(End::Failed) {
            "failed"
        } else {
            "closed"
        };
        self.dispatch(source, "state", state);
        let rest = std::mem::take(&mut self.sources[source].has_rest);
        self.reports += rest.into_iter().filter(|has_rest| *has_rest).count();
        self.sources[source].others.clear();
    }

    fn is_told_errors(&self, source: usize) -> bool {
        let others = &self.sources[source].others;
        let any = |kind: &str, hears: fn(&Listener) -> bool| {
            let mut all = others.get(kind).into_iter().flatten();
            all.any(|number| hears(&self.listeners[*number]))
        };
        any("error", |listener| listener.is_alive) || any("notice", |stream| stream.hears_notices)
    }

    // Dispatches

    fn dispatch(&mut self, source: usize, kind: &'static str, what: &str) {
        let all = self.sources[source].others.get(kind).cloned();
        for number in all.unwrap_or_default() {
            if kind == "notice" {
                let result = self.notify(number, what);
                self.listeners[number].hears_notices &= result.is_ok();
                self.sources[source].has_panicked |= result.is_err();
            } else {
                self.call_all(source, &[number], what);
            }
        }
    }

    fn call_all(&mut self, source: usize, all: &[usize], what: &str) {
        for number in all {
            if !self.listeners[*number].is_alive {
                continue;
            }
            let result = if self.listeners[*number].kind == Kind::Stream {
                self.push(*number, what)
            } else {
                self.call(*number, what)
            };
            // A callback that panics is not called again.
            self.listeners[*number].is_alive &= result.is_ok();
            self.sources[source].has_panicked |= result.is_err();
        }
    }

    fn notify(&mut self, number: usize, what: &str) -> ActResult {
        let stream = &mut self.listeners[number];
        if !stream.hears_notices {
            return Ok(());
        }
        if what != "end" {
            return self.push(number, what);
        }
        stream.has_ended = true;
        if self.sources[stream.source].end == Some(End::Failed) {
            stream.pending.push_back("error".to_owned());
        }
        self.wake(number)
    }

    fn push(&mut self, number: usize, item: &str) -> ActResult {
        self.listeners[number].pending.push_back(item.to_owned());
        self.wake(number)
    }

    fn wake(&mut self, number: usize) -> ActResult {
        if std::mem::take(&mut self.listeners[number].is_waited_for) {
            self.call(number, "wake")?;
        }
        Ok(())
    }

    fn call(&mut self, callback: usize, what: &str) -> ActResult {
        self.journal.push(format!("{callback} {what}"));
        if self.acting_calls == ACTING_CALLS {
            return Ok(());
        }
        self.acting_calls += 1;
        let call = self.calls.entry(callback).or_default();
        *call += 1;
        let acts = self.scripts.of(callback, *call).to_vec();
        acts.into_iter().try_for_each(|act| self.act(act))
    }
}
