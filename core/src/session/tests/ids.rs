//! The ids of events, compared with a model that keeps everything.

use proptest::{collection::vec, prelude::*};

use std::{
    borrow::ToOwned,
    string::{String, ToString},
};

use super::{IdField::*, *};
use crate::session::ids::{Freshness, Ids};

/// A step of a server.
#[derive(Clone, Debug)]
enum Step {
    Connect,
    /// Sends an event, with an `id` field or without.
    Event(Option<String>),
    /// Sends an event that nobody listens to.
    Unlistened(String),
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
        2 => id.prop_map(Step::Unlistened),
    ]
}

/// The model: all ids that were delivered, and the last event id.
#[derive(Default)]
struct Model {
    window: usize,
    delivered: Vec<String>,
    last_event_id: String,
    highest: Option<(u64, String)>,
    is_first: bool,
}

impl Model {
    fn event(&mut self, id: Option<&String>) -> Freshness {
        if let Some(id) = id {
            self.move_to(id);
            if self.is_in_window(id) {
                return Freshness::Duplicate;
            }
            if !id.is_empty() {
                self.delivered.push(id.clone());
            }
        }
        Freshness::New(self.gap())
    }

    fn unlistened(&mut self, id: &String) -> Option<Gap> {
        self.move_to(id);
        self.gap()
    }

    fn move_to(&mut self, id: &String) {
        self.last_event_id.clone_from(id);
        if id.is_empty() {
            self.delivered.clear();
            self.highest = None;
            self.is_first = false;
        }
    }

    fn is_in_window(&self, id: &String) -> bool {
        let newest = self.delivered.iter().rev();
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
            self.is_first = false;
            return None;
        };
        if number <= highest {
            return None;
        }
        self.highest = Some((number, id.clone()));
        let was_first = std::mem::take(&mut self.is_first);
        let missed = (highest + 1..number).count() as u64;
        (was_first && missed > 0).then_some(Gap {
            after,
            before: id,
            missed,
        })
    }
}

proptest! {
    #[test]
    fn a_transport_that_shows_id_fields_loses_nothing_and_repeats_nothing(
        window in 0usize..8,
        steps in vec(any_step(), 0..80),
    ) {
        let mut ids = Ids::new(window, "");
        let mut model = Model { window, ..Model::default() };
        for step in steps {
            match step {
                Step::Connect => {
                    ids.connected();
                    model.is_first = true;
                }
                Step::Event(id) => {
                    let field = if id.is_some() { Present } else { Absent };
                    let expected = model.event(id.as_ref());
                    prop_assert_eq!(ids.observe(&model.last_event_id, field), expected);
                }
                Step::Unlistened(id) => prop_assert_eq!(ids.advance_to(&id), model.unlistened(&id)),
            }
        }
    }

    #[test]
    fn a_transport_that_hides_id_fields_loses_at_most_the_first_event_of_a_connection(
        window in 1usize..8,
        steps in vec(any_step(), 0..80),
    ) {
        let mut ids = Ids::new(window, "");
        let mut delivered = std::collections::BTreeSet::new();
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
            let freshness = ids.observe(&carried, Unknown);
            let may_be_left_out = match &id {
                Some(id) => delivered.contains(id),
                None => is_first && delivered.contains(&carried),
            };
            prop_assert!(may_be_left_out || freshness != Freshness::Duplicate);
            if freshness != Freshness::Duplicate {
                delivered.insert(carried.clone());
            }
            is_first = false;
        }
    }

    /// If each event has another id than the previous event, it does not matter whether the transport shows `id` fields.
    #[test]
    fn an_id_on_each_event_makes_both_transports_alike(
        window in 1usize..8,
        mut numbers in vec(1u32..20, 0..80),
        connections in vec(any::<bool>(), 80),
    ) {
        numbers.dedup();
        let (mut exact, mut unknown) = (Ids::new(window, ""), Ids::new(window, ""));
        for (number, connects) in numbers.iter().zip(connections) {
            if connects {
                exact.connected();
                unknown.connected();
            }
            let id = number.to_string();
            prop_assert_eq!(exact.observe(&id, Present), unknown.observe(&id, Unknown));
        }
    }
}

#[test]
fn the_first_event_of_a_connection_is_judged_by_its_id_alone() {
    let mut ids = Ids::new(9, "");
    ids.connected();
    assert_eq!(ids.observe("5", Unknown), Freshness::New(None));
    assert_eq!(
        ids.observe("5", Unknown),
        Freshness::New(None),
        "may be inherited"
    );
    ids.connected();
    assert_eq!(ids.observe("5", Unknown), Freshness::Duplicate);
    assert_eq!(
        ids.observe("5", Unknown),
        Freshness::New(None),
        "may be inherited"
    );
    assert_eq!(ids.observe("5", Present), Freshness::Duplicate);
}

#[test]
fn an_empty_id_forgets_all_ids_and_the_highest_one() {
    for field in [Present, Unknown] {
        let mut ids = Ids::new(9, "");
        for id in ["1", "2", ""] {
            assert_eq!(ids.observe(id, field), Freshness::New(None));
        }
        assert_eq!(ids.observe("1", field), Freshness::New(None));
    }
}

#[test]
fn the_id_to_continue_after_counts_as_delivered() {
    let mut ids = Ids::new(1, "7");
    ids.connected();
    assert_eq!(ids.observe("7", Present), Freshness::Duplicate);
    let Freshness::New(Some(gap)) = ids.observe("10", Present) else {
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
fn the_largest_number_is_an_id_like_others() {
    let mut ids = Ids::new(0, "0");
    ids.connected();
    let Freshness::New(Some(gap)) = ids.observe(&u64::MAX.to_string(), Present) else {
        panic!("all in between are missing");
    };
    assert_eq!(gap.missed, u64::MAX - 1);
}
