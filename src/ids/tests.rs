//! Against a model that keeps everything.

use proptest::{collection::vec, prelude::*};

use super::{IdField::*, *};

/// What a server may do.
#[derive(Clone, Debug)]
enum Step {
    Connect,
    /// Sends an event, with an `id` field or without.
    Event(Option<String>),
    /// Sends an event that nobody listens to.
    Unheard(String),
}

fn any_step() -> impl Strategy<Value = Step> {
    let id = prop_oneof![
        8 => (0u64..30).prop_map(|number| number.to_string()),
        1 => Just(String::new()),
        1 => prop_oneof![Just("a"), Just("-3"), Just("+4"), Just("007"), Just("18446744073709551616")]
            .prop_map(str::to_owned),
    ];
    prop_oneof![
        1 => Just(Step::Connect),
        6 => proptest::option::weighted(0.8, id.clone()).prop_map(Step::Event),
        2 => id.prop_map(Step::Unheard),
    ]
}

/// All ids that were handed over, and the last event id.
#[derive(Default)]
struct Model {
    window: usize,
    handed_over: Vec<String>,
    last_event_id: String,
    highest: Option<(u64, String)>,
    is_anew: bool,
}

impl Model {
    fn event(&mut self, id: Option<&String>) -> Told {
        if let Some(id) = id {
            self.move_to(id);
            if self.is_in_window(id) {
                return Told::Repeated;
            }
            if !id.is_empty() {
                self.handed_over.push(id.clone());
            }
        }
        Told::New(self.gap())
    }

    fn unheard(&mut self, id: &String) -> Option<Gap> {
        self.move_to(id);
        self.gap()
    }

    fn move_to(&mut self, id: &String) {
        self.last_event_id.clone_from(id);
        if id.is_empty() {
            self.handed_over.clear();
            self.highest = None;
            self.is_anew = false;
        }
    }

    fn is_in_window(&self, id: &String) -> bool {
        let newest = self.handed_over.iter().rev();
        newest.take(self.window).any(|known| known == id)
    }

    fn gap(&mut self) -> Option<Gap> {
        let id = self.last_event_id.clone();
        if id.is_empty() || !id.chars().all(|c| c.is_ascii_digit()) {
            return None;
        }
        let number: u64 = id.parse().ok()?;
        let Some((highest, after)) = self.highest.clone() else {
            self.highest = Some((number, id));
            self.is_anew = false;
            return None;
        };
        if number <= highest {
            return None;
        }
        self.highest = Some((number, id.clone()));
        let was_anew = std::mem::take(&mut self.is_anew);
        let missed = (highest + 1..number).count() as u64;
        (was_anew && missed > 0).then_some(Gap {
            after,
            before: id,
            missed,
        })
    }
}

proptest! {
    #[test]
    fn what_a_transport_tells_exactly_is_judged_exactly(
        window in 0usize..8,
        steps in vec(any_step(), 0..80),
    ) {
        let mut ids = Ids::new(window, "");
        let mut model = Model { window, ..Model::default() };
        for step in steps {
            match step {
                Step::Connect => {
                    ids.connected();
                    model.is_anew = true;
                }
                Step::Event(id) => {
                    let field = if id.is_some() { Present } else { Absent };
                    let expected = model.event(id.as_ref());
                    prop_assert_eq!(ids.heard(&model.last_event_id, field), expected);
                }
                Step::Unheard(id) => prop_assert_eq!(ids.passed(&id), model.unheard(&id)),
            }
        }
    }

    #[test]
    fn where_nothing_is_told_no_event_is_lost_but_the_first_of_a_connection(
        window in 1usize..8,
        steps in vec(any_step(), 0..80),
    ) {
        let mut ids = Ids::new(window, "");
        let mut handed_over = std::collections::BTreeSet::new();
        let (mut carried, mut is_first) = (String::new(), true);
        for step in steps {
            let Step::Event(id) = step else {
                ids.connected();
                is_first = true;
                continue;
            };
            if let Some(id) = &id {
                carried.clone_from(id);
            }
            let told = ids.heard(&carried, Untold);
            let may_be_left_out = match &id {
                Some(id) => handed_over.contains(id),
                None => is_first && handed_over.contains(&carried),
            };
            prop_assert!(may_be_left_out || told != Told::Repeated);
            if told != Told::Repeated {
                handed_over.insert(carried.clone());
            }
            is_first = false;
        }
    }

    /// Where each event has an id, unlike that of the event before, both transports hear the same.
    #[test]
    fn with_an_id_on_each_event_it_does_not_matter_what_is_told(
        window in 1usize..8,
        mut numbers in vec(1u32..20, 0..80),
        connections in vec(any::<bool>(), 80),
    ) {
        numbers.dedup();
        let (mut told, mut untold) = (Ids::new(window, ""), Ids::new(window, ""));
        for (number, connects) in numbers.iter().zip(connections) {
            if connects {
                told.connected();
                untold.connected();
            }
            let id = number.to_string();
            prop_assert_eq!(told.heard(&id, Present), untold.heard(&id, Untold));
        }
    }
}

#[test]
fn the_first_event_of_a_connection_is_taken_at_its_id() {
    let mut ids = Ids::new(9, "");
    ids.connected();
    assert_eq!(ids.heard("5", Untold), Told::New(None));
    assert_eq!(ids.heard("5", Untold), Told::New(None), "may be inherited");
    ids.connected();
    assert_eq!(ids.heard("5", Untold), Told::Repeated);
    assert_eq!(ids.heard("5", Untold), Told::New(None), "may be inherited");
    assert_eq!(ids.heard("5", Present), Told::Repeated);
}

#[test]
fn an_id_that_was_taken_back_has_all_forgotten() {
    for field in [Present, Untold] {
        let mut ids = Ids::new(9, "");
        for id in ["1", "2", ""] {
            assert_eq!(ids.heard(id, field), Told::New(None));
        }
        assert_eq!(ids.heard("1", field), Told::New(None));
    }
}

#[test]
fn a_start_counts_as_handed_over() {
    let mut ids = Ids::new(1, "7");
    ids.connected();
    assert_eq!(ids.heard("7", Present), Told::Repeated);
    let Told::New(Some(gap)) = ids.heard("10", Present) else {
        panic!("8 and 9 are missing");
    };
    let expected = Gap {
        after: "7".into(),
        before: "10".into(),
        missed: 2,
    };
    assert_eq!(gap, expected);
}

#[test]
fn the_largest_number_is_one() {
    let mut ids = Ids::new(0, "0");
    ids.connected();
    let Told::New(Some(gap)) = ids.heard(&u64::MAX.to_string(), Present) else {
        panic!("all in between are missing");
    };
    assert_eq!(gap.missed, u64::MAX - 1);
}
