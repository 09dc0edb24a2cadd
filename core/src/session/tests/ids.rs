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
    /// Sends an event, with an `id` field or without, and with data of this digest.
    Event(Option<String>, u32),
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
        6 => (proptest::option::weighted(0.8, id.clone()), prop_oneof![5 => Just(0), 1 => Just(1)])
            .prop_map(|(id, digest)| Step::Event(id, digest)),
        2 => id.prop_map(Step::Unlistened),
    ]
}

/// What the ids of a source should know.
#[derive(Default)]
struct Model {
    /// How many of the delivered ids count.
    window: usize,
    /// All ids that were delivered, with the digests of their data.
    delivered: Vec<(String, u32)>,
    last_event_id: String,
    /// The highest number among the ids, with the id.
    highest: Option<(u64, String)>,
    lowest: Option<u64>,
    /// Whether this connection has had no id above the highest yet.
    is_before_new_ids: bool,
    /// Whether the first number of this connection was at most the lowest before. `None` before that number.
    begins_again: Option<bool>,
}

impl Model {
    fn event(&mut self, id: Option<&String>, digest: u32) -> Freshness {
        if let Some(id) = id {
            self.move_to(id);
            let known = self.in_window(id);
            if let Some(known) = known
                && (known == digest || !self.counts_again() || !self.is_at_most_highest(id))
            {
                return Freshness::Duplicate;
            }
            let restart = known.map(|_| self.restart_at(id));
            if !id.is_empty() {
                self.delivered.push((id.clone(), digest));
            }
            if restart.is_some() {
                return Freshness::New(restart);
            }
        }
        Freshness::New(self.gap())
    }

    /// Whether the server may be counting from its start again in this connection.
    fn counts_again(&self) -> bool {
        self.is_before_new_ids && self.begins_again == Some(true)
    }

    fn is_at_most_highest(&self, id: &str) -> bool {
        let highest = self.highest.as_ref();
        number(id).is_some_and(|id| highest.is_some_and(|(highest, _)| id <= *highest))
    }

    /// Forgets all ids, since the server counts from its start again. Returns the gap that reports this.
    fn restart_at(&mut self, id: &str) -> Gap {
        let before = (number(id).expect("a number"), id.to_owned());
        let after = self.highest.replace(before).expect("a known id");
        self.delivered.clear();
        self.is_before_new_ids = false;
        self.lowest = number(id);
        Gap {
            after: after.1,
            before: id.to_owned(),
            missed: 0,
        }
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
            self.lowest = None;
            self.is_before_new_ids = false;
        }
        if let Some(number) = number(id) {
            let is_lowest = self.lowest.is_none_or(|lowest| number <= lowest);
            let begins_again = is_lowest && self.lowest.is_some();
            self.begins_again.get_or_insert(begins_again);
            self.lowest = self
                .lowest
                .map_or(Some(number), |lowest| Some(lowest.min(number)));
        }
    }

    /// The digest with which an event of this id was delivered, if it is in the window.
    fn in_window(&self, id: &String) -> Option<u32> {
        let mut newest = self.delivered.iter().rev().take(self.window);
        newest
            .find(|(known, _)| known == id)
            .map(|(_, digest)| *digest)
    }

    fn gap(&mut self) -> Option<Gap> {
        let id = self.last_event_id.clone();
        let number = number(&id)?;
        let Some((highest, after)) = self.highest.clone() else {
            self.highest = Some((number, id));
            self.is_before_new_ids = false;
            return None;
        };
        if number <= highest {
            return None;
        }
        self.highest = Some((number, id.clone()));
        let was_before_new_ids = std::mem::take(&mut self.is_before_new_ids);
        let missed = (highest + 1..number).count() as u64;
        (was_before_new_ids && missed > 0).then_some(Gap {
            after,
            before: id,
            missed,
        })
    }
}

fn number(id: &str) -> Option<u64> {
    let is_number = !id.is_empty() && id.chars().all(|c| c.is_ascii_digit());
    is_number.then(|| id.parse().ok())?
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
                    model.is_before_new_ids = true;
                    model.begins_again = None;
                }
                Step::Event(id, digest) => {
                    let field = if id.is_some() { Present } else { Absent };
                    let expected = model.event(id.as_ref(), digest);
                    prop_assert_eq!(ids.observe(&model.last_event_id, field, digest), expected);
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
            let Step::Event(id, digest) = step else {
                ids.connected();
                is_first = true;
                continue;
            };
            if let Some(id) = &id {
                carried.clone_from(id);
            }
            let freshness = ids.observe(&carried, Unknown, digest);
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

    /// Both transports are one that shows `id` fields and one that hides them.
    #[test]
    fn both_transports_find_the_same_if_each_event_has_another_id_than_the_event_before_it(
        window in 1usize..8,
        mut numbers in vec(1u32..20, 0..80),
        connections in vec(any::<bool>(), 80),
    ) {
        numbers.dedup();
        let (mut shown, mut hidden) = (Ids::new(window, ""), Ids::new(window, ""));
        for (number, connects) in numbers.iter().zip(connections) {
            if connects {
                shown.connected();
                hidden.connected();
            }
            let id = number.to_string();
            prop_assert_eq!(shown.observe(&id, Present, 0), hidden.observe(&id, Unknown, 0));
        }
    }
}

#[test]
fn the_first_event_of_a_connection_is_judged_by_its_id_alone() {
    let mut ids = Ids::new(9, "");
    ids.connected();
    assert_eq!(ids.observe("5", Unknown, 0), Freshness::New(None));
    assert_eq!(
        ids.observe("5", Unknown, 0),
        Freshness::New(None),
        "the id may be that of the event before"
    );
    ids.connected();
    assert_eq!(ids.observe("5", Unknown, 0), Freshness::Duplicate);
    assert_eq!(
        ids.observe("5", Unknown, 0),
        Freshness::New(None),
        "the id may be that of the event before"
    );
    assert_eq!(ids.observe("5", Present, 0), Freshness::Duplicate);
}

#[test]
fn an_empty_id_forgets_all_ids_and_the_highest_one() {
    for field in [Present, Unknown] {
        let mut ids = Ids::new(9, "");
        for id in ["1", "2", ""] {
            assert_eq!(ids.observe(id, field, 0), Freshness::New(None));
        }
        assert_eq!(ids.observe("1", field, 0), Freshness::New(None));
    }
}

#[test]
fn the_id_to_continue_after_counts_as_delivered() {
    let mut ids = Ids::new(1, "7");
    ids.connected();
    assert_eq!(ids.observe("7", Present, 0), Freshness::Duplicate);
    let Freshness::New(Some(gap)) = ids.observe("10", Present, 0) else {
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
    let Freshness::New(Some(gap)) = ids.observe(&u64::MAX.to_string(), Present, 0) else {
        panic!("all in between are missing");
    };
    assert_eq!(gap.missed, u64::MAX - 1);
}

/// The ids of a source whose first connection delivered these events, at the start of its second connection.
fn reconnected(delivered: &[(&str, u32)]) -> Ids {
    let mut ids = Ids::new(9, "");
    ids.connected();
    for (id, digest) in delivered {
        assert_eq!(ids.observe(id, Present, *digest), Freshness::New(None));
    }
    ids.connected();
    ids
}

/// What is found of the event that shows that the server counts from its start again.
fn restart(after: &str, before: &str) -> Freshness {
    Freshness::New(Some(Gap::new(after, before, 0)))
}

#[test]
fn a_server_that_counts_again_is_noticed_by_its_data_and_nothing_of_it_is_lost() {
    for field in [Present, Unknown] {
        let mut ids = reconnected(&[("1", 10), ("2", 20), ("3", 30)]);
        assert_eq!(ids.observe("1", field, 11), restart("3", "1"));
        for (id, digest) in [("2", 20), ("3", 31), ("4", 41)] {
            assert_eq!(ids.observe(id, field, digest), Freshness::New(None));
        }
        assert_eq!(ids.observe("2", field, 20), Freshness::Duplicate);
        ids.connected();
        let gap = Gap::new("4", "7", 2);
        assert_eq!(ids.observe("7", field, 71), Freshness::New(Some(gap)));
    }
}

#[test]
fn a_server_that_counts_again_may_begin_with_what_it_has_sent_before() {
    let mut ids = reconnected(&[("1", 10), ("2", 20), ("3", 30)]);
    assert_eq!(ids.observe("1", Present, 10), Freshness::Duplicate);
    assert_eq!(ids.observe("2", Present, 21), restart("3", "2"));
    assert_eq!(ids.observe("3", Present, 30), Freshness::New(None));
}

#[test]
fn events_that_are_sent_again_in_another_form_are_duplicates_where_their_connection_does_not_begin_at_the_start()
 {
    for field in [Present, Unknown] {
        let mut ids = reconnected(&[("1", 10), ("2", 20), ("3", 30)]);
        for (id, digest) in [("2", 21), ("3", 30), ("1", 11)] {
            assert_eq!(ids.observe(id, field, digest), Freshness::Duplicate);
        }
    }
}

#[test]
fn a_server_that_counts_again_below_all_ids_is_noticed_at_the_first_id_that_was_received_before() {
    let mut ids = reconnected(&[("5", 10), ("6", 20)]);
    assert_eq!(ids.observe("4", Present, 1), Freshness::New(None));
    assert_eq!(ids.observe("5", Present, 11), restart("6", "5"));
}

#[test]
fn events_that_are_sent_again_are_duplicates_up_to_the_highest_id() {
    let mut ids = reconnected(&[("1", 10), ("2", 20), ("3", 30)]);
    for (id, digest) in [("1", 10), ("2", 20), ("3", 30)] {
        assert_eq!(ids.observe(id, Present, digest), Freshness::Duplicate);
    }
    assert_eq!(ids.observe("4", Present, 40), Freshness::New(None));
    assert_eq!(ids.observe("2", Present, 21), Freshness::Duplicate, "later");
}

#[test]
fn within_a_connection_an_event_is_a_duplicate_by_its_id_alone() {
    let mut ids = Ids::new(9, "");
    ids.connected();
    for id in ["1", "2"] {
        assert_eq!(ids.observe(id, Present, 0), Freshness::New(None));
    }
    assert_eq!(ids.observe("1", Present, 1), Freshness::Duplicate);
}

#[test]
fn a_server_that_counts_again_may_begin_with_the_highest_id() {
    let mut ids = reconnected(&[("1", 10)]);
    assert_eq!(ids.observe("1", Present, 11), restart("1", "1"));
    assert_eq!(ids.observe("2", Present, 21), Freshness::New(None));
    assert_eq!(ids.observe("1", Present, 12), Freshness::Duplicate);
}

#[test]
fn the_highest_id_is_a_duplicate_whatever_its_data_if_id_fields_are_hidden() {
    let mut ids = reconnected(&[("1", 10)]);
    assert_eq!(ids.observe("1", Unknown, 11), Freshness::Duplicate);
}

#[test]
fn ids_that_are_no_numbers_are_duplicates_whatever_their_data() {
    let mut ids = reconnected(&[("a", 10), ("b", 20)]);
    assert_eq!(ids.observe("a", Present, 11), Freshness::Duplicate);
}

#[test]
fn texts_that_differ_have_digests_that_differ() {
    let texts = ["", "a", "b", "a b", "b a", "é"];
    let digests: std::collections::BTreeSet<_> = texts.iter().map(|text| digest(text)).collect();
    assert_eq!(digests.len(), texts.len());
}
