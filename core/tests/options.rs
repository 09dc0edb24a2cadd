//! Policies as a body in another language sets them, by the numbers of presets and options.

use typed_eventsource_core::{
    Backoff, LimitAction, NumericValue, OptionInfo, OptionKind, OptionValue, Policy, Span,
    TimeLimit,
};

/// All options, in the order of their numbers.
fn options() -> impl Iterator<Item = &'static OptionInfo> {
    Policy::OPTIONS.iter().chain(Backoff::OPTIONS)
}

/// A policy in which only this option is set, to these numbers.
fn policy_with(option: usize, numbers: &[f64], then: LimitAction) -> Policy {
    let mut policy = Policy::browser();
    for &number in numbers {
        policy.set(option, NumericValue { number, then });
    }
    policy
}

#[test]
fn each_preset_has_a_number() {
    assert_eq!(Policy::preset(0), Policy::browser());
    assert_eq!(Policy::preset(1), Policy::close_on_error());
    assert_eq!(Policy::preset(2), Policy::resilient());
    assert_eq!(Policy::default(), Policy::browser());
    let mut presets = [0, 1, 2].map(Policy::preset).map(Policy::values).to_vec();
    presets.dedup();
    assert_eq!(presets.len(), 3, "they differ");
}

#[test]
fn each_option_is_set_by_its_number_and_no_other_is() {
    let browser = Policy::browser().values();
    for (number, option) in options().enumerate() {
        let (value, expected) = match option.kind {
            OptionKind::Count { .. } => (7.0, OptionValue::Count(7)),
            OptionKind::Time | OptionKind::OptionalTime => {
                (1500.0, OptionValue::Time(Span::from_millis(1500)))
            }
            OptionKind::Number => (1.5, OptionValue::Number(1.5)),
            OptionKind::Flag => (1.0, OptionValue::Flag(true)),
            OptionKind::Action => (0.0, OptionValue::Action(LimitAction::Reopen)),
            OptionKind::Limit => {
                let limit = TimeLimit {
                    after: Span::from_millis(1500),
                    then: LimitAction::Reopen,
                };
                (1500.0, OptionValue::Limit(limit))
            }
            OptionKind::Statuses => (503.0, OptionValue::Statuses(vec![503])),
            kind => panic!("a kind without a test: {kind:?}"),
        };
        let values = policy_with(number, &[value], LimitAction::Reopen).values();
        assert_eq!(values[number], expected, "{}", option.rust_name);
        for (other, value) in values.iter().enumerate() {
            assert!(other == number || *value == browser[other], "{other}");
        }
    }
}

#[test]
fn a_flag_can_be_taken_back() {
    let flags = options()
        .enumerate()
        .filter(|(_, option)| option.kind == OptionKind::Flag);
    for (number, _) in flags {
        let values = policy_with(number, &[1.0, 0.0], LimitAction::Close).values();
        assert_eq!(values[number], OptionValue::Flag(false));
    }
}

#[test]
fn a_count_is_never_below_its_minimum() {
    for (number, option) in options().enumerate() {
        if let OptionKind::Count { least } = option.kind {
            let values = policy_with(number, &[0.0], LimitAction::Close).values();
            assert_eq!(values[number], OptionValue::Count(least));
        }
    }
}

#[test]
fn statuses_are_added_one_by_one_and_zero_makes_an_empty_list() {
    let is_statuses = |option: &OptionInfo| option.kind == OptionKind::Statuses;
    let number = options().position(is_statuses).expect("there is a list");
    for (numbers, expected) in [
        (&[429.0, 503.0][..], &[429, 503][..]),
        (&[429.0, 0.0], &[]),
        (&[0.0, 401.0], &[401]),
    ] {
        let values = policy_with(number, numbers, LimitAction::Close).values();
        assert_eq!(values[number], OptionValue::Statuses(expected.to_vec()));
    }
}

#[test]
fn a_number_without_an_option_sets_nothing() {
    let beyond = options().count();
    let policy = policy_with(beyond, &[1.0], LimitAction::Reopen);
    assert_eq!(policy, Policy::browser());
    assert_eq!(Policy::browser().values().len(), beyond);
}
